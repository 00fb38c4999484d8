output "relay_settings" {
  description = "The relay's settings, exactly as its container gets them in the environment."
  value       = module.relay.settings
}

output "relay_secrets" {
  description = "The relay's settings that are secrets: name to the secret in Secrets Manager that holds the value."
  value       = module.relay.secrets
}

output "relay_key_secret_arn" {
  description = "Secret for the private key of the relay's certificate: an operator puts it there."
  value       = module.relay.key_secret_arn
}

output "relay_repository_url" {
  description = "Where the relay's image is pushed."
  value       = module.relay.repository_url
}

output "relay_cluster_name" {
  description = "ECS cluster of the relay."
  value       = module.relay.cluster_name
}

output "relay_service_name" {
  description = "ECS service of the relay."
  value       = module.relay.service_name
}

output "relay_task_role_arn" {
  description = "Role that the relay's nodes have."
  value       = module.relay.task_role_arn
}

output "relay_log_group_name" {
  description = "CloudWatch log group of the relay."
  value       = module.relay.log_group_name
}

output "relay_certificate_arn" {
  description = "The relay's certificate at AWS IoT Core; null without a CSR."
  value       = module.iot.relay_certificate_arn
}

output "iot_data_endpoint" {
  description = "Where terminals connect: MqtServiceAddress of their parameter sheet."
  value       = module.iot.data_endpoint
}

output "terminal_policy_name" {
  description = "Policy of terminals' certificates: `cloudkick terminal provision` attaches it."
  value       = module.iot.terminal_policy_name
}

output "thing_type_name" {
  description = "Thing type of terminals."
  value       = module.iot.thing_type_name
}

output "claim_policy_name" {
  description = "Policy of claim certificates; null without provisioning by claim."
  value       = module.iot.claim_policy_name
}

output "provisioning_template_name" {
  description = "Template of provisioning by claim; null without it."
  value       = module.iot.provisioning_template_name
}

output "presence_queue_url" {
  description = "Queue with presence events; null when presence goes over MQTT."
  value       = one(module.presence[*].queue_url)
}

output "database_endpoint" {
  description = "Host name of the database's writer."
  value       = module.database.endpoint
}

output "database_name" {
  description = "The database's name."
  value       = module.database.database_name
}

output "database_owner_secret_arn" {
  description = "Secret with user name and password of the schema's owner, made and rotated by AWS."
  value       = module.database.owner_secret_arn
}

output "dns_records" {
  description = "Host name to the load balancer that it must lead to."
  value       = { for name, load_balancer in local.dns_records : name => load_balancer.dns_name }
}

output "alarm_names" {
  description = "The alarms' names."
  value       = module.alarms.alarm_names
}
