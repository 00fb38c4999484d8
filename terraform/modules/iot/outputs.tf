output "data_endpoint" {
  description = "AWS IoT Core's data endpoint, where relay and terminals connect."
  value       = data.aws_iot_endpoint.data.endpoint_address
}

output "relay_certificate_pem" {
  description = "The relay's certificate, PEM: public. null without a CSR."
  value       = one(aws_iot_certificate.relay[*].certificate_pem)
}

output "relay_certificate_arn" {
  description = "ARN of the relay's certificate; null without a CSR."
  value       = one(aws_iot_certificate.relay[*].arn)
}

output "terminal_policy_name" {
  description = "Policy that provisioning attaches to terminals' certificates."
  value       = aws_iot_policy.terminal.name
}

output "claim_policy_name" {
  description = "Policy of claim certificates; null without provisioning by claim."
  value       = one(aws_iot_policy.claim[*].name)
}

output "thing_type_name" {
  description = "Thing type of terminals."
  value       = aws_iot_thing_type.terminal.name
}

output "provisioning_template_name" {
  description = "Template of provisioning by claim; null without it."
  value       = one(aws_iot_provisioning_template.claim[*].name)
}
