# Lifecycle events of every terminal, kept in a queue while no node of the relay can take them. Events come twice and out of order: the
# relay orders them by their version numbers, so a plain queue will do.
resource "aws_sqs_queue" "dead_letters" {
  name                      = var.names.presence_dead_letters
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue" "events" {
  name                       = var.names.presence_queue
  message_retention_seconds  = var.retention_seconds
  visibility_timeout_seconds = var.visibility_timeout_seconds
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = true

  # What five nodes could not record is set aside for a person to look at.
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.events.arn]
  })
}

resource "aws_iam_role" "rule" {
  name               = var.names.presence_queue
  assume_role_policy = var.documents.iot_trust
}

resource "aws_iam_role_policy" "rule" {
  name   = "send-events"
  role   = aws_iam_role.rule.id
  policy = var.documents.rule_role
}

resource "aws_iot_topic_rule" "presence" {
  name        = var.names.presence_rule
  description = "Which terminals connect and disconnect, to CloudKick's relay"
  enabled     = true
  sql         = "SELECT * FROM '$aws/events/presence/+/+' WHERE eventType = 'connected' OR eventType = 'disconnected'"
  sql_version = "2016-03-23"

  sqs {
    queue_url  = aws_sqs_queue.events.url
    role_arn   = aws_iam_role.rule.arn
    use_base64 = false
  }

  error_action {
    sqs {
      queue_url  = aws_sqs_queue.dead_letters.url
      role_arn   = aws_iam_role.rule.arn
      use_base64 = false
    }
  }

  depends_on = [aws_iam_role_policy.rule]
}
