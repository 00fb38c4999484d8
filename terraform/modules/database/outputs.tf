output "endpoint" {
  description = "Host name of the writer."
  value       = aws_rds_cluster.this.endpoint
}

output "port" {
  description = "TCP port."
  value       = local.port
}

output "database_name" {
  description = "The database's name."
  value       = aws_rds_cluster.this.database_name
}

output "cluster_identifier" {
  description = "The cluster's identifier, for alarms and commands."
  value       = aws_rds_cluster.this.cluster_identifier
}

output "owner_secret_arn" {
  description = "Secret with the schema owner's user name and password, made and rotated by AWS."
  value       = one(aws_rds_cluster.this.master_user_secret[*].secret_arn)
}

output "security_group_id" {
  description = "Security group of the database."
  value       = aws_security_group.this.id
}
