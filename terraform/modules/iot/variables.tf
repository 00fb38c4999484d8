variable "names" {
  description = "What the resources are called: names of modules/policies."
  type = object({
    terminal_policy       = string
    relay_policy          = string
    claim_policy          = string
    thing_type            = string
    provisioning_template = string
    jitp_template         = string
  })
  nullable = false
}

variable "documents" {
  description = "The policy documents and template bodies of modules/policies, JSON."
  type = object({
    device_policy         = string
    claim_policy          = string
    relay_policy          = string
    provisioning_template = string
    jitp_template         = string
    iot_trust             = string
    logging_role          = string
    provisioning_role     = string
  })
  nullable = false
}

variable "relay_certificate_signing_request" {
  description = "CSR (PEM) of the relay's certificate. Its key is made outside and never comes near Terraform. null: no certificate yet."
  type        = string
  default     = null

  validation {
    condition     = var.relay_certificate_signing_request == null || can(regex("^-----BEGIN (NEW )?CERTIFICATE REQUEST-----", trimspace(var.relay_certificate_signing_request)))
    error_message = "relay_certificate_signing_request is a PEM certificate signing request, and nothing else: no key."
  }

  validation {
    condition     = !strcontains(coalesce(var.relay_certificate_signing_request, "-"), "PRIVATE KEY")
    error_message = "relay_certificate_signing_request holds a private key: keep it out of Terraform, and make a new one, since this one has been shown."
  }
}

variable "claim_provisioning" {
  description = "Provisioning by claim: the ARN of the Lambda function that decides who may become which terminal. null: no claim policy, no template."
  type = object({
    hook_arn = string
  })
  default = null

  validation {
    condition     = var.claim_provisioning == null || can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]+)?$", var.claim_provisioning.hook_arn))
    error_message = "claim_provisioning.hook_arn is a Lambda function's ARN. Without a hook any holder of the claim certificate could become any terminal."
  }
}

variable "terminal_authority" {
  description = "PEM certificate of an own authority that signs terminals' certificates (common name: the terminal's id), which are taken in at their first connection. null: none."
  type        = string
  default     = null

  validation {
    condition     = var.terminal_authority == null || can(regex("^-----BEGIN CERTIFICATE-----", trimspace(var.terminal_authority)))
    error_message = "terminal_authority is a PEM certificate, and nothing else: no key."
  }

  validation {
    condition     = !strcontains(coalesce(var.terminal_authority, "-"), "PRIVATE KEY")
    error_message = "terminal_authority holds a private key: keep it out of Terraform, and make a new authority, since this key has been shown."
  }
}

variable "manage_account_settings" {
  description = "Whether AWS IoT's logging and fleet indexing are set here. Both are one per account and region: only one deployment may."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_level" {
  description = "AWS IoT's log level, when account settings are managed: DEBUG, INFO, WARN, ERROR or DISABLED."
  type        = string
  default     = "WARN"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARN", "ERROR", "DISABLED"], var.log_level)
    error_message = "log_level is DEBUG, INFO, WARN, ERROR or DISABLED."
  }
}
