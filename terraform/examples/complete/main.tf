# CloudKick in a network of its own: everything that a first deployment needs, and nothing that was there before but a hosted zone.
locals {
  api_host_name = "kick.${var.domain}"
  tas_host_name = "tas.${var.domain}"
}

module "cloudkick" {
  source = "../.."

  vpc_id             = aws_vpc.this.id
  public_subnet_ids  = aws_subnet.public[*].id
  private_subnet_ids = aws_subnet.private[*].id
  database_clients   = { operators = aws_security_group.operators.id }

  api_host_name       = local.api_host_name
  api_certificate_arn = aws_acm_certificate_validation.api.certificate_arn
  tas_host_name       = local.tas_host_name
  route53_zone_id     = data.aws_route53_zone.this.zone_id

  relay_certificate_signing_request = var.relay_certificate_signing_request_file == null ? null : file(var.relay_certificate_signing_request_file)
  manage_account_settings           = true

  image_tag = var.image_tag
  started   = var.started

  alarm_topic_arns = [aws_sns_topic.alarms.arn]
}

resource "aws_sns_topic" "alarms" {
  name = "cloudkick-alarms"
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_mail
}
