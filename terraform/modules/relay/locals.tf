locals {
  api_port = 5080
  tas_port = 5555

  # The load balancer's idle connections end first; a node that stops says "not ready" for longer than the target groups take to notice.
  alb_idle_timeout_seconds = 60
  drain_delay_seconds      = 20
  health_interval_seconds  = 5
  health_unhealthy_checks  = 2
  stop_timeout_seconds     = 90
  deregistration_seconds   = 45
  certificate_folder       = "/run/certificate"
  certificate_file         = "${local.certificate_folder}/certificate.pem"
  key_file                 = "${local.certificate_folder}/key.pem"
  user_of_the_relay        = 1654 # `app` of .NET's images
  image                    = coalesce(var.image, "${aws_ecr_repository.relay.repository_url}:${var.image_tag}")

  own_settings = {
    CloudKick__Http__Port            = tostring(local.api_port)
    CloudKick__Http__DrainDelay      = "00:00:${local.drain_delay_seconds}"
    CloudKick__Mqtt__CertificateFile = local.certificate_file
    CloudKick__Mqtt__PrivateKeyFile  = local.key_file
    CloudKick__Tas__Port             = tostring(local.tas_port)
    CloudKick__Tas__PublicHost       = var.tas_host_name
    CloudKick__Tas__PublicPort       = tostring(var.tas_port)
    CloudKick__Tas__PublicTls        = tostring(var.tas_certificate_arn != null)
  }

  settings = merge(var.settings, local.own_settings)

  # .NET itself would make files for debuggers, where nothing may be written.
  runtime_settings = { DOTNET_EnableDiagnostics = "0" }

  secrets = {
    ConnectionStrings__CloudKick = aws_secretsmanager_secret.database.arn
  }
}
