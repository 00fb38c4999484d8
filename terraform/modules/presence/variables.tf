variable "names" {
  description = "What the resources are called: names of modules/policies."
  type = object({
    presence_queue        = string
    presence_dead_letters = string
    presence_rule         = string
  })
  nullable = false
}

variable "documents" {
  description = "The rule's role of modules/policies, JSON: who may take it on, what it may do."
  type = object({
    iot_trust = string
    rule_role = string
  })
  nullable = false
}

variable "retention_seconds" {
  description = "How long an event waits for the relay: 60 s to 14 days. Older ones say little about who is connected now."
  type        = number
  default     = 86400
  nullable    = false

  validation {
    condition     = var.retention_seconds >= 60 && var.retention_seconds <= 1209600
    error_message = "retention_seconds is 60 to 1209600."
  }
}

variable "visibility_timeout_seconds" {
  description = "How long a node may take to record what it received before another node gets it: 10 to 300 s."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.visibility_timeout_seconds >= 10 && var.visibility_timeout_seconds <= 300
    error_message = "visibility_timeout_seconds is 10 to 300."
  }
}
