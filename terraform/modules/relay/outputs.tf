output "settings" {
  description = "The relay's settings, as its container gets them in the environment: name to value."
  value       = local.settings
}

output "secrets" {
  description = "What the relay's container gets from Secrets Manager: name to the secret's ARN."
  value       = local.secrets
}

output "key_secret_arn" {
  description = "Secret for the private key of the relay's certificate."
  value       = aws_secretsmanager_secret.key.arn
}

output "database_secret_arn" {
  description = "Secret for the connection string of the relay's login."
  value       = aws_secretsmanager_secret.database.arn
}

output "repository_url" {
  description = "Where to push the relay's image."
  value       = aws_ecr_repository.relay.repository_url
}

output "cluster_name" {
  description = "The ECS cluster's name."
  value       = aws_ecs_cluster.this.name
}

output "service_name" {
  description = "The ECS service's name."
  value       = aws_ecs_service.relay.name
}

output "log_group_name" {
  description = "Where the relay's log is."
  value       = aws_cloudwatch_log_group.relay.name
}

output "task_role_arn" {
  description = "Role that the relay's tasks have."
  value       = aws_iam_role.task.arn
}

output "security_group_id" {
  description = "Security group of the relay's tasks."
  value       = aws_security_group.tasks.id
}

output "load_balancers" {
  description = "The load balancers, api and tas: dns_name and zone_id for DNS, suffixes for metrics."
  value = {
    api = {
      dns_name            = aws_lb.api.dns_name
      zone_id             = aws_lb.api.zone_id
      suffix              = aws_lb.api.arn_suffix
      target_group_suffix = aws_lb_target_group.api.arn_suffix
    }
    tas = {
      dns_name            = aws_lb.tas.dns_name
      zone_id             = aws_lb.tas.zone_id
      suffix              = aws_lb.tas.arn_suffix
      target_group_suffix = aws_lb_target_group.tas.arn_suffix
    }
  }
}
