# What a person should look at, in the words of who gets up for it. One table, one alarm each: `at_least` or `below` its threshold for
# `periods` times `period` seconds.
locals {
  api = { LoadBalancer = var.load_balancers.api.suffix, TargetGroup = var.load_balancers.api.target_group_suffix }
  tas = { LoadBalancer = var.load_balancers.tas.suffix, TargetGroup = var.load_balancers.tas.target_group_suffix }

  presence_alarms = var.presence == null ? {} : {
    presence-old = {
      description = "Presence events wait for the relay: who is connected is known late. Do nodes run, and reach the database?"
      namespace   = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", dimensions = { QueueName = var.presence.queue_name }
      statistic   = "Maximum", at_least = var.thresholds.presence_age_seconds, period = 60, periods = 3
    }
    presence-dead-letters = {
      description = "Presence events were set aside: the rule could not hand them over, or five nodes could not record them."
      namespace   = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = var.presence.dead_letters_name }
      statistic   = "Maximum", at_least = 1, period = 60, periods = 1
    }
    presence-rule-failed = {
      description = "AWS IoT's rule cannot reach the presence queue: its role, or the queue."
      namespace   = "AWS/IoT", metric = "Failure", dimensions = { RuleName = var.presence.rule_name, ActionType = "Sqs" }
      statistic   = "Sum", at_least = 1, period = 300, periods = 1
    }
  }

  service_alarms = {
    api-errors = {
      description = "The relay answers with 5xx: database or cloud is away, or a fault of ours. The answers' trace ids are in the log."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", dimensions = local.api
      statistic   = "Sum", at_least = var.thresholds.api_errors, period = 300, periods = 1
    }
    api-unanswered = {
      description = "The load balancer itself answers with 5xx: no node takes requests."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", dimensions = { LoadBalancer = var.load_balancers.api.suffix }
      statistic   = "Sum", at_least = var.thresholds.api_errors, period = 300, periods = 1
    }
    api-unhealthy = {
      description = "A node says that it is not ready: /health/ready names what is missing."
      namespace   = "AWS/ApplicationELB", metric = "UnHealthyHostCount", dimensions = local.api
      statistic   = "Maximum", at_least = 1, period = 60, periods = 5
    }
    tas-unhealthy = {
      description = "Terminals' sessions cannot go to a node."
      namespace   = "AWS/NetworkELB", metric = "UnHealthyHostCount", dimensions = local.tas
      statistic   = "Maximum", at_least = 1, period = 60, periods = 5
    }
    nodes-missing = {
      description = "Fewer nodes run than must: tasks do not start (image, secrets, certificate), or keep ending."
      namespace   = "ECS/ContainerInsights", metric = "RunningTaskCount"
      dimensions  = { ClusterName = var.service.cluster_name, ServiceName = var.service.service_name }
      statistic   = "Minimum", below = var.service.minimum_tasks, period = 60, periods = 5
    }
    logged-errors = {
      description = "The relay logs errors: CloudWatch Logs Insights, filter LogLevel = 'Error' or 'Critical'."
      namespace   = local.log_namespace, metric = aws_cloudwatch_log_metric_filter.errors.metric_transformation[0].name, dimensions = {}
      statistic   = "Sum", at_least = var.thresholds.logged_errors, period = 300, periods = 1
    }
  }

  database_alarms = {
    database-cpu = {
      description = "The database's processors are busy: kicks are slow to be accepted."
      namespace   = "AWS/RDS", metric = "CPUUtilization", dimensions = { DBClusterIdentifier = var.database_cluster, Role = "WRITER" }
      statistic   = "Average", at_least = var.thresholds.database_cpu_percent, period = 300, periods = 3
    }
    database-connections = {
      description = "Many connections to the database: nodes times CloudKick:Database:MaximumPoolSize, and a few for kicks alone, must stay below its limit."
      namespace   = "AWS/RDS", metric = "DatabaseConnections", dimensions = { DBClusterIdentifier = var.database_cluster, Role = "WRITER" }
      statistic   = "Maximum", at_least = var.thresholds.database_connections, period = 300, periods = 1
    }
  }

  alarms        = merge(local.presence_alarms, local.service_alarms, local.database_alarms)
  log_namespace = "CloudKick/${var.name}"
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "${var.name}-errors"
  log_group_name = var.service.log_group_name
  pattern        = "{ $.LogLevel = \"Error\" || $.LogLevel = \"Critical\" }"

  metric_transformation {
    name          = "LoggedErrors"
    namespace     = local.log_namespace
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.periods
  comparison_operator = can(each.value.below) ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold"
  threshold           = try(each.value.below, each.value.at_least)

  # No presence events, no errors: nothing is wrong. No word from tasks that must run: something is.
  treat_missing_data = can(each.value.below) ? "breaching" : "notBreaching"
  alarm_actions      = var.notify_arns
  ok_actions         = var.notify_arns
}
