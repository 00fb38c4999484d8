variable "name" {
  description = "What the alarms' names begin with."
  type        = string
  nullable    = false
}

variable "notify_arns" {
  description = "SNS topics that hear when an alarm begins and ends."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.notify_arns : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:.+$", arn))])
    error_message = "notify_arns are SNS topics' ARNs."
  }
}

variable "presence" {
  description = "The presence queue, its dead letters and the topic rule, by name; null: presence goes over MQTT."
  type = object({
    queue_name        = string
    dead_letters_name = string
    rule_name         = string
  })
  default = null
}

variable "load_balancers" {
  description = "The load balancers' and target groups' suffixes: output load_balancers of modules/relay."
  type = object({
    api = object({ suffix = string, target_group_suffix = string })
    tas = object({ suffix = string, target_group_suffix = string })
  })
  nullable = false
}

variable "service" {
  description = "The relay's cluster, service and log group, by name."
  type = object({
    cluster_name   = string
    service_name   = string
    log_group_name = string
    minimum_tasks  = number
  })
  nullable = false
}

variable "database_cluster" {
  description = "The database cluster's identifier."
  type        = string
  nullable    = false
}

variable "thresholds" {
  description = "When it is too much: seconds that a presence event waits, 5xx answers in 5 minutes, percent of the database's processors, its connections, errors logged in 5 minutes."
  type = object({
    presence_age_seconds = optional(number, 60)
    api_errors           = optional(number, 20)
    database_cpu_percent = optional(number, 80)
    database_connections = optional(number, 500)
    logged_errors        = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for threshold in values(var.thresholds) : threshold > 0])
    error_message = "thresholds are above 0."
  }
}
