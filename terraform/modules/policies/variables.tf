variable "name" {
  description = "What everything of this deployment is called, alone or as the first part: 1 to 20 lower-case letters, digits and '-'."
  type        = string
  default     = "cloudkick"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.name))
    error_message = "name has 1 to 20 lower-case letters, digits and '-', begins with a letter and does not end with '-'."
  }
}

variable "partition" {
  description = "AWS partition of the ARNs: aws, aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
  nullable    = false

  validation {
    condition     = contains(["aws", "aws-cn", "aws-us-gov"], var.partition)
    error_message = "partition is aws, aws-cn or aws-us-gov."
  }
}

variable "region" {
  description = "AWS region of the ARNs."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is an AWS region's name, such as eu-central-1."
  }
}

variable "account_id" {
  description = "AWS account of the ARNs, 12 digits."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id has 12 digits."
  }
}

variable "subscription_topics" {
  description = "Topics that terminals listen on, one per management system, without the terminal's id: 1 to 4, as a terminal has MqtSubscriptionTopic0 to 3."
  type        = list(string)
  default     = ["NL-CAT", "BE-CAT"]
  nullable    = false

  validation {
    condition     = length(var.subscription_topics) >= 1 && length(var.subscription_topics) <= 4 && length(distinct(var.subscription_topics)) == length(var.subscription_topics)
    error_message = "subscription_topics has 1 to 4 topics, each once."
  }

  validation {
    condition     = alltrue([for topic in var.subscription_topics : can(regex("^[A-Za-z0-9_-]{1,64}$", topic))])
    error_message = "Each of subscription_topics is one level of 1 to 64 letters, digits, '_' and '-'."
  }
}

variable "shared_topics_allowed" {
  description = "Whether terminals may also listen on the subscription topics themselves, without their id: one topic for all terminals, each of which sees the others' kicks."
  type        = bool
  default     = false
  nullable    = false
}

variable "terminal_connect_attributes" {
  description = "What a terminal's CONNECT may carry: PersistentConnect, LastWill or both. A will still goes only where the terminal may publish."
  type        = list(string)
  default     = ["PersistentConnect", "LastWill"]
  nullable    = false

  validation {
    condition     = length(var.terminal_connect_attributes) > 0 && length(setsubtract(var.terminal_connect_attributes, ["PersistentConnect", "LastWill"])) == 0
    error_message = "terminal_connect_attributes has PersistentConnect, LastWill or both."
  }
}

variable "client_id_prefix" {
  description = "What the relay's MQTT client ids begin with (CloudKick:Mqtt:ClientIdPrefix). No terminal may be called so."
  type        = string
  default     = "relay"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,32}$", var.client_id_prefix))
    error_message = "client_id_prefix has 1 to 32 letters, digits, '_' and '-'."
  }
}

variable "claim_client_id_prefix" {
  description = "What the client ids of terminals that provision themselves by claim begin with, so that a claim certificate cannot take over a terminal's connection."
  type        = string
  default     = "claim"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,32}$", var.claim_client_id_prefix)) && var.claim_client_id_prefix != var.client_id_prefix
    error_message = "claim_client_id_prefix has 1 to 32 letters, digits, '_' and '-', and is not the relay's."
  }
}

variable "presence_over_mqtt" {
  description = "Whether the relay's certificate may listen to the lifecycle events over MQTT."
  type        = bool
  default     = true
  nullable    = false
}

variable "presence_over_queue" {
  description = "Whether the relay's role may read the presence queue."
  type        = bool
  default     = true
  nullable    = false
}
