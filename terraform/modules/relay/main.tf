# The relay's nodes. They share the database and nothing else, so any number may run.
resource "aws_ecr_repository" "relay" {
  name                 = var.names.repository
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_cloudwatch_log_group" "relay" {
  name              = var.names.log_group
  retention_in_days = var.log_retention_days
}

# Their values are an operator's to put (README): no plan and no state ever holds them.
resource "aws_secretsmanager_secret" "database" {
  name        = var.names.database_secret
  description = "Connection string of the relay's login at PostgreSQL"
  kms_key_id  = var.kms_key_arn
}

resource "aws_secretsmanager_secret" "key" {
  name        = var.names.key_secret
  description = "Private key (PEM) of the relay's certificate at AWS IoT Core"
  kms_key_id  = var.kms_key_arn
}

resource "aws_iam_role" "task" {
  name               = "${var.names.repository}-task"
  assume_role_policy = var.documents.ecs_tasks_trust
}

resource "aws_iam_role_policy" "task" {
  name   = "relay"
  role   = aws_iam_role.task.id
  policy = var.documents.relay_role
}

resource "aws_iam_role" "execution" {
  name               = "${var.names.repository}-execution"
  assume_role_policy = var.documents.ecs_tasks_trust
}

resource "aws_iam_role_policy" "execution" {
  name   = "start-tasks"
  role   = aws_iam_role.execution.id
  policy = var.documents.execution_role
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_service" "relay" {
  name            = "relay"
  cluster         = aws_ecs_cluster.this.arn
  task_definition = aws_ecs_task_definition.relay.arn
  launch_type     = "FARGATE"
  desired_count   = var.started ? var.tasks.minimum : 0

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  availability_zone_rebalancing      = "ENABLED"
  health_check_grace_period_seconds  = 60
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.private_subnet_ids
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.api.arn
    container_name   = "relay"
    container_port   = local.api_port
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.tas.arn
    container_name   = "relay"
    container_port   = local.tas_port
  }

  # A target group that no listener has is refused.
  depends_on = [aws_lb_listener.api, aws_lb_listener.tas, aws_iam_role_policy.execution, aws_iam_role_policy.task]

  lifecycle {
    # The autoscaler's.
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "relay" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.relay.name}"
  min_capacity       = var.tasks.minimum
  max_capacity       = var.tasks.maximum

  # While nothing is to run, nothing scales it up.
  suspended_state {
    dynamic_scaling_in_suspended  = !var.started
    dynamic_scaling_out_suspended = !var.started
    scheduled_scaling_suspended   = !var.started
  }
}

resource "aws_appautoscaling_policy" "cpu" {
  name               = "${var.name}-relay-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.relay.service_namespace
  scalable_dimension = aws_appautoscaling_target.relay.scalable_dimension
  resource_id        = aws_appautoscaling_target.relay.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = 50
    scale_in_cooldown  = 300
    scale_out_cooldown = 30

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
