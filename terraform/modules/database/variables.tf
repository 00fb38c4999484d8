variable "name" {
  description = "Name of the cluster."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "Network of the database."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets of the database, in two availability zones or more."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids has two subnets or more, in different availability zones."
  }
}

variable "client_security_groups" {
  description = "Who may connect: a word of your own to a security group's id."
  type        = map(string)
  nullable    = false
}

variable "engine_version" {
  description = "Aurora PostgreSQL's version, 15 or newer: a major version, or major.minor to pin it."
  type        = string
  default     = "16"
  nullable    = false

  validation {
    condition     = can(regex("^(1[5-9]|[2-9][0-9])(\\.[0-9]+)?$", var.engine_version))
    error_message = "engine_version is 15 or newer, as major or major.minor."
  }
}

variable "instance_class" {
  description = "Class of the instances; db.serverless scales between the capacities."
  type        = string
  default     = "db.serverless"
  nullable    = false

  validation {
    condition     = can(regex("^db\\.(serverless|[a-z0-9-]+\\.[a-z0-9]+)$", var.instance_class))
    error_message = "instance_class is db.serverless or a class such as db.r8g.large."
  }
}

variable "instances" {
  description = "Instances: one writer, the rest ready to take over. 2 to 15; 1 only where an outage of minutes does not matter."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.instances >= 1 && var.instances <= 15 && floor(var.instances) == var.instances
    error_message = "instances is a whole number, 1 to 15."
  }
}

variable "serverless_capacity" {
  description = "Aurora capacity units of a db.serverless instance: 0.5 to 256, in halves. Half a unit never goes to sleep in the middle of a kick."
  type = object({
    minimum = number
    maximum = number
  })
  default  = { minimum = 1, maximum = 16 }
  nullable = false

  validation {
    condition     = var.serverless_capacity.minimum >= 0.5 && var.serverless_capacity.maximum <= 256 && var.serverless_capacity.minimum <= var.serverless_capacity.maximum
    error_message = "serverless_capacity is 0.5 to 256, minimum no more than maximum."
  }
}

variable "backup_retention_days" {
  description = "Days that backups are kept, for recovery to any second of them: 1 to 35."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "backup_retention_days is 1 to 35."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts storage and the master user's secret; null: AWS's own."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn is a KMS key's ARN."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the cluster."
  type        = bool
  default     = true
  nullable    = false
}
