output "device_policy" {
  description = "AWS IoT policy of terminals, JSON."
  value       = local.device_policy

  precondition {
    condition     = length(replace(local.device_policy, "/\\s/", "")) <= 2048
    error_message = "The terminals' policy has more than the 2048 characters that AWS IoT takes: fewer or shorter subscription_topics."
  }
}

output "claim_policy" {
  description = "AWS IoT policy of claim certificates, JSON."
  value       = local.claim_policy
}

output "relay_policy" {
  description = "AWS IoT policy of the relay's certificate, JSON."
  value       = local.relay_policy

  precondition {
    condition     = length(replace(local.relay_policy, "/\\s/", "")) <= 2048
    error_message = "The relay's policy has more than the 2048 characters that AWS IoT takes: fewer or shorter subscription_topics."
  }
}

output "relay_role" {
  description = "IAM policy of the relay's role, JSON."
  value       = local.relay_role
}

output "provisioning_template" {
  description = "Body of the fleet provisioning template, JSON."
  value       = local.provisioning_template
}

output "jitp_template" {
  description = "Body of the template for certificates of an own authority, JSON."
  value       = local.jitp_template
}

output "roles" {
  description = "IAM policies of the roles that AWS's services take on, JSON: rule, logging, provisioning, execution."
  value = {
    rule         = local.rule_role
    logging      = local.logging_role
    provisioning = local.provisioning_role
    execution    = local.execution_role
  }
}

output "trust" {
  description = "Who may take on a role, JSON, by service: iot, ecs-tasks."
  value       = local.trust
}

output "names" {
  description = "What the resources must be called that the documents speak of."
  value       = local.names
}
