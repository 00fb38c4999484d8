variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-central-1"
  nullable    = false
}

variable "environment" {
  description = "What this deployment is for; a tag of everything in it."
  type        = string
  default     = "production"
  nullable    = false
}

variable "domain" {
  description = "Domain with a public hosted zone in Route 53; the API becomes kick.<domain>, the TAS tas.<domain>."
  type        = string
  nullable    = false
}

variable "image_tag" {
  description = "Tag of the relay's release."
  type        = string
  nullable    = false
}

variable "relay_certificate_signing_request_file" {
  description = "File with the CSR of the relay's certificate; null: none yet."
  type        = string
  default     = null
}

variable "started" {
  description = "Whether nodes start: false for the first deployment."
  type        = bool
  default     = true
  nullable    = false
}

variable "alarm_mail" {
  description = "Mail address that hears of alarms."
  type        = string
  nullable    = false
}
