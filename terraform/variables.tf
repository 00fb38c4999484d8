variable "name" {
  description = "What everything of this deployment is called, alone or as the first part: 1 to 20 lower-case letters, digits and '-'. For good: terminals' policy has it."
  type        = string
  default     = "cloudkick"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.name))
    error_message = "name has 1 to 20 lower-case letters, digits and '-', begins with a letter and does not end with '-'."
  }
}

# Network

variable "vpc_id" {
  description = "Network that everything goes in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-[0-9a-f]+$", var.vpc_id))
    error_message = "vpc_id is a VPC's id, such as vpc-0123456789abcdef0."
  }
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancers, in two availability zones or more."
  type        = list(string)
  nullable    = false
}

variable "private_subnet_ids" {
  description = "Subnets of nodes and database, in two availability zones or more, with a way out to AWS (NAT or endpoints)."
  type        = list(string)
  nullable    = false
}

variable "api_cidr_blocks" {
  description = "IPv4 networks that may call the API."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  nullable    = false
}

variable "tas_cidr_blocks" {
  description = "IPv4 networks that terminals come from."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  nullable    = false
}

variable "database_clients" {
  description = "Who else may reach the database, such as the machine that operators migrate from: a word of your own to a security group's id."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = !contains(keys(var.database_clients), "relay") && alltrue([for group in values(var.database_clients) : can(regex("^sg-[0-9a-f]+$", group))])
    error_message = "database_clients are security groups' ids, under other words than relay."
  }
}

# Names in DNS

variable "api_host_name" {
  description = "Host name of the API, such as kick.example.com."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$", var.api_host_name)) && length(var.api_host_name) <= 253
    error_message = "api_host_name is a full host name in lower case."
  }
}

variable "api_certificate_arn" {
  description = "ACM certificate of api_host_name, in this region."
  type        = string
  nullable    = false
}

variable "tas_host_name" {
  description = "Host name of the TAS that terminals are told, such as tas.example.com."
  type        = string
  nullable    = false
}

variable "tas_port" {
  description = "TCP port of the TAS that terminals are told."
  type        = number
  default     = 5555
  nullable    = false
}

variable "tas_certificate_arn" {
  description = "ACM certificate of tas_host_name, when terminals speak TLS to the TAS; null: plain TCP."
  type        = string
  default     = null
}

variable "route53_zone_id" {
  description = "Hosted zone for both host names; null: make the records elsewhere (output dns_records)."
  type        = string
  default     = null
}

# AWS IoT Core

variable "subscription_topics" {
  description = "Topics that terminals listen on, one per management system, without the terminal's id: 1 to 4."
  type        = list(string)
  default     = ["NL-CAT", "BE-CAT"]
  nullable    = false
}

variable "shared_topics_allowed" {
  description = "Whether terminals may also listen on the subscription topics themselves, where each sees the others' kicks."
  type        = bool
  default     = false
  nullable    = false
}

variable "terminal_connect_attributes" {
  description = "What a terminal's CONNECT may carry: PersistentConnect, LastWill or both."
  type        = list(string)
  default     = ["PersistentConnect", "LastWill"]
  nullable    = false
}

variable "relay_certificate_signing_request" {
  description = "CSR (PEM) of the relay's certificate at AWS IoT Core; its key is made outside. null: no certificate yet, tasks cannot start."
  type        = string
  default     = null
}

variable "claim_provisioning" {
  description = "Provisioning by claim: the ARN of the Lambda function that decides who may become which terminal; null: off."
  type = object({
    hook_arn = string
  })
  default = null
}

variable "terminal_authority" {
  description = "PEM certificate of an own authority whose terminals are taken in at their first connection; null: none."
  type        = string
  default     = null
}

variable "manage_account_settings" {
  description = "Whether AWS IoT's logging and fleet indexing, one per account and region, are set here."
  type        = bool
  default     = false
  nullable    = false
}

variable "presence_source" {
  description = "How the relay hears who is connected: sqs (a queue keeps events while no node runs) or mqtt."
  type        = string
  default     = "sqs"
  nullable    = false

  validation {
    condition     = contains(["sqs", "mqtt"], var.presence_source)
    error_message = "presence_source is sqs or mqtt."
  }
}

# The relay

variable "image" {
  description = "Container image of the relay; null: the repository made here, with image_tag."
  type        = string
  default     = null
}

variable "image_tag" {
  description = "Tag of the release in the repository made here, never moved: not latest."
  type        = string
  nullable    = false
}

variable "architecture" {
  description = "Processor that the image is built for: X86_64 or ARM64."
  type        = string
  default     = "ARM64"
  nullable    = false
}

variable "task_size" {
  description = "CPU units (1024 a processor) and MiB of memory of a node."
  type = object({
    cpu    = number
    memory = number
  })
  default  = { cpu = 1024, memory = 2048 }
  nullable = false
}

variable "tasks" {
  description = "Nodes of the relay: minimum (2 or more survive the loss of one) and maximum."
  type = object({
    minimum = number
    maximum = number
  })
  default  = { minimum = 2, maximum = 6 }
  nullable = false
}

variable "started" {
  description = "Whether the service starts nodes when it is made: false for the first deployment."
  type        = bool
  default     = true
  nullable    = false
}

variable "mqtt_connections" {
  description = "MQTT connections of a node that publish kicks, each about 90 messages a second, answers included: 1 to 64."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.mqtt_connections >= 1 && var.mqtt_connections <= 64 && floor(var.mqtt_connections) == var.mqtt_connections
    error_message = "mqtt_connections is a whole number, 1 to 64."
  }
}

variable "transport" {
  description = "How kicks go out: auto (MQTT, HTTPS when there is no connection or the pool is full), mqtt, https or direct."
  type        = string
  default     = "auto"
  nullable    = false

  validation {
    condition     = contains(["auto", "mqtt", "https", "direct"], var.transport)
    error_message = "transport is auto, mqtt, https or direct."
  }
}

variable "extra_settings" {
  description = "More of the relay's settings, as environment variables (CloudKick__RateLimits__Key__PerMinute = \"6000\"). Never secrets."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.extra_settings) : can(regex("^CloudKick(__[A-Za-z0-9]+)+$", name))])
    error_message = "extra_settings are named like CloudKick__Kicks__DefaultTtlSeconds."
  }
}

variable "log_retention_days" {
  description = "Days that the relay's log is kept, one of CloudWatch's choices."
  type        = number
  default     = 90
  nullable    = false
}

# The database

variable "database" {
  description = "Aurora PostgreSQL: engine_version (15 or newer), instance_class, instances, serverless_capacity in ACU, backup_retention_days."
  type = object({
    engine_version        = optional(string, "16")
    instance_class        = optional(string, "db.serverless")
    instances             = optional(number, 2)
    serverless_capacity   = optional(object({ minimum = number, maximum = number }), { minimum = 1, maximum = 16 })
    backup_retention_days = optional(number, 14)
  })
  default  = {}
  nullable = false
}

# All of it

variable "kms_key_arn" {
  description = "Key that encrypts database and secrets; null: AWS's own. The relay's execution role needs to be in the key's policy."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn is a KMS key's ARN."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete database and load balancers."
  type        = bool
  default     = true
  nullable    = false
}

variable "alarm_topic_arns" {
  description = "SNS topics that hear of alarms."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "alarm_thresholds" {
  description = "When it is too much: see modules/alarms."
  type = object({
    presence_age_seconds = optional(number, 60)
    api_errors           = optional(number, 20)
    database_cpu_percent = optional(number, 80)
    database_connections = optional(number, 500)
    logged_errors        = optional(number, 10)
  })
  default  = {}
  nullable = false
}
