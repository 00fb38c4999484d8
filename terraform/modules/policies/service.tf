# Roles that AWS's services take on for this deployment.
locals {
  trust = { for service in ["iot", "ecs-tasks"] : service => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "${service}.amazonaws.com" }
      Action    = "sts:AssumeRole"
      # Not for another account's resources. AWS IoT does not say on whose behalf in every case; where it does, it must be ours.
      Condition = { StringEqualsIfExists = { "aws:SourceAccount" = var.account_id } }
    }]
  }) }

  # The topic rule hands presence events over.
  rule_role = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = [local.presence_queue, local.presence_dead_letters]
    }]
  })

  # AWS IoT's own log.
  account_log = "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:AWSIotLogsV2"
  logging_role = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:PutMetricFilter"]
        Resource = "${local.account_log}:*"
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${local.account_log}:log-stream:*"
      },
    ]
  })

  # Templates act with AWS's own policy for it; this takes away what would make a terminal pass for the relay.
  provisioning_role = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Deny"
      Action   = ["iot:CreateThing", "iot:UpdateThing", "iot:DeleteThing"]
      Resource = local.relay_things
    }]
  })

  # Starting a task: its image, its secrets, its log.
  execution_role = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # AWS knows no resource for it.
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "arn:${var.partition}:ecr:${var.region}:${var.account_id}:repository/${local.names.repository}"
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:${local.names.log_group}:log-stream:*"
      },
      {
        # Secrets Manager ends each name with six characters of its own.
        Effect = "Allow"
        Action = "secretsmanager:GetSecretValue"
        Resource = [for secret in [local.names.database_secret, local.names.key_secret] :
        "arn:${var.partition}:secretsmanager:${var.region}:${var.account_id}:secret:${secret}-??????"]
      },
    ]
  })
}
