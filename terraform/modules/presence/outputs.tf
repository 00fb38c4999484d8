output "queue_url" {
  description = "Queue that the relay reads presence from."
  value       = aws_sqs_queue.events.url
}

output "queue_name" {
  description = "The queue's name, for alarms."
  value       = aws_sqs_queue.events.name
}

output "dead_letters_name" {
  description = "Name of the queue with what could not be handed over or recorded."
  value       = aws_sqs_queue.dead_letters.name
}

output "rule_name" {
  description = "The topic rule's name, for alarms."
  value       = aws_iot_topic_rule.presence.name
}
