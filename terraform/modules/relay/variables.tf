variable "name" {
  description = "Name of cluster, service and load balancers: at most 20 characters."
  type        = string
  nullable    = false
}

variable "names" {
  description = "What the resources are called that policies speak of: names of modules/policies."
  type = object({
    repository      = string
    log_group       = string
    database_secret = string
    key_secret      = string
  })
  nullable = false
}

variable "documents" {
  description = "The roles' documents of modules/policies, JSON."
  type = object({
    ecs_tasks_trust = string
    relay_role      = string
    execution_role  = string
  })
  nullable = false
}

variable "vpc_id" {
  description = "Network of the service."
  type        = string
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancers, in two availability zones or more."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.public_subnet_ids) >= 2
    error_message = "public_subnet_ids has two subnets or more, in different availability zones."
  }
}

variable "private_subnet_ids" {
  description = "Subnets of the tasks, with a way out to AWS IoT Core, ECR, Secrets Manager and CloudWatch (NAT or endpoints)."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "private_subnet_ids has two subnets or more, in different availability zones."
  }
}

variable "database_security_group_id" {
  description = "Security group of the database."
  type        = string
  nullable    = false
}

variable "settings" {
  description = "The relay's settings from elsewhere, as environment variables: name to value."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.settings) : can(regex("^CloudKick(__[A-Za-z0-9]+)+$", name))])
    error_message = "settings are named like CloudKick__Mqtt__Host."
  }
}

variable "certificate_pem" {
  description = "The relay's certificate at AWS IoT Core, PEM: public. null: tasks cannot start yet."
  type        = string
  default     = null
}

variable "image" {
  description = "Container image of the relay; null: the repository made here, with image_tag."
  type        = string
  default     = null
}

variable "image_tag" {
  description = "Tag of the image in the repository made here. Tags there never move, so each release has its own."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "image_tag is a release's own tag, not latest."
  }
}

variable "cpu" {
  description = "CPU units of a task, 1024 to a processor: 512, 1024, 2048 or 4096."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = contains([512, 1024, 2048, 4096], var.cpu)
    error_message = "cpu is 512, 1024, 2048 or 4096."
  }
}

variable "memory" {
  description = "Memory of a task in MiB, a multiple of 1024 that Fargate allows with its cpu: between 2 and 8 times the cpu's number."
  type        = number
  default     = 2048
  nullable    = false

  validation {
    condition     = var.memory % 1024 == 0 && var.memory >= 2 * var.cpu && var.memory <= 8 * var.cpu
    error_message = "memory is a multiple of 1024, from twice to eight times cpu."
  }
}

variable "architecture" {
  description = "Processor that the image is built for: X86_64 or ARM64."
  type        = string
  default     = "ARM64"
  nullable    = false

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "architecture is X86_64 or ARM64."
  }
}

variable "tasks" {
  description = "Nodes of the relay: minimum (2 or more survive the loss of one) and maximum, between which the load decides."
  type = object({
    minimum = number
    maximum = number
  })
  default  = { minimum = 2, maximum = 6 }
  nullable = false

  validation {
    condition     = var.tasks.minimum >= 1 && var.tasks.minimum <= var.tasks.maximum && var.tasks.maximum <= 100
    error_message = "tasks is 1 to 100, minimum no more than maximum."
  }
}

variable "started" {
  description = "Whether the service starts its tasks when it is made. false for the first deployment: image, secrets and schema come in between."
  type        = bool
  default     = true
  nullable    = false
}

variable "api_certificate_arn" {
  description = "ACM certificate of the API's host name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$", var.api_certificate_arn))
    error_message = "api_certificate_arn is an ACM certificate's ARN."
  }
}

variable "api_cidr_blocks" {
  description = "IPv4 networks that may call the API."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  nullable    = false

  validation {
    condition     = alltrue([for block in var.api_cidr_blocks : can(cidrhost(block, 0))])
    error_message = "api_cidr_blocks are IPv4 networks, such as 203.0.113.0/24."
  }
}

variable "tas_host_name" {
  description = "Host name of the TAS that terminals are told."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$", var.tas_host_name)) && length(var.tas_host_name) <= 253
    error_message = "tas_host_name is a full host name in lower case."
  }
}

variable "tas_port" {
  description = "TCP port of the TAS that terminals are told."
  type        = number
  default     = 5555
  nullable    = false

  validation {
    condition     = var.tas_port >= 1 && var.tas_port <= 65535 && floor(var.tas_port) == var.tas_port
    error_message = "tas_port is 1 to 65535."
  }
}

variable "tas_certificate_arn" {
  description = "ACM certificate of tas_host_name, when terminals speak TLS to the TAS. null: plain TCP."
  type        = string
  default     = null

  validation {
    condition     = var.tas_certificate_arn == null || can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$", var.tas_certificate_arn))
    error_message = "tas_certificate_arn is an ACM certificate's ARN."
  }
}

variable "tas_cidr_blocks" {
  description = "IPv4 networks that terminals come from."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  nullable    = false

  validation {
    condition     = alltrue([for block in var.tas_cidr_blocks : can(cidrhost(block, 0))])
    error_message = "tas_cidr_blocks are IPv4 networks, such as 203.0.113.0/24."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the secrets; null: AWS's own."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that the log is kept, one of CloudWatch's choices."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is one of CloudWatch's: 1, 3, 5, 7, 14, 30, 60, 90, …"
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancers."
  type        = bool
  default     = true
  nullable    = false
}
