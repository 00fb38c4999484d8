output "alarm_names" {
  description = "The alarms' names."
  value       = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name]
}
