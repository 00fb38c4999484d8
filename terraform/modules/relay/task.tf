# Fargate hands secrets over as environment variables only, and the relay reads its key from a file: so a first container, of the same
# image, writes both to a folder of the task (encrypted, gone with it), for the relay's user alone, and ends.
locals {
  log_options = { for container in ["relay", "certificate"] : container => {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.relay.name
      awslogs-region        = data.aws_region.current.region
      awslogs-stream-prefix = container
      # A log that cannot be written must not stop kicks.
      mode            = "non-blocking"
      max-buffer-size = "4m"
    }
  } }

  write_certificate = join(" && ", [
    "umask 077",
    "printf '%s\\n' \"$CERTIFICATE\" > ${local.certificate_file}",
    "printf '%s\\n' \"$PRIVATE_KEY\" > ${local.key_file}",
    "chown -R ${local.user_of_the_relay} ${local.certificate_folder}",
  ])

  certificate_container = {
    name                   = "certificate"
    image                  = local.image
    essential              = false
    user                   = "0"
    entryPoint             = ["/bin/sh", "-c"]
    command                = [local.write_certificate]
    environment            = [{ name = "CERTIFICATE", value = var.certificate_pem == null ? "" : var.certificate_pem }]
    secrets                = [{ name = "PRIVATE_KEY", valueFrom = aws_secretsmanager_secret.key.arn }]
    mountPoints            = [{ sourceVolume = "certificate", containerPath = local.certificate_folder, readOnly = false }]
    readonlyRootFilesystem = true
    logConfiguration       = local.log_options["certificate"]
  }

  relay_container = {
    name                   = "relay"
    image                  = local.image
    essential              = true
    user                   = tostring(local.user_of_the_relay)
    portMappings           = [for port in [local.api_port, local.tas_port] : { containerPort = port, hostPort = port, protocol = "tcp" }]
    environment            = [for name, value in merge(local.settings, local.runtime_settings) : { name = name, value = value }]
    secrets                = [for name, arn in local.secrets : { name = name, valueFrom = arn }]
    mountPoints            = [{ sourceVolume = "certificate", containerPath = local.certificate_folder, readOnly = true }]
    dependsOn              = [{ containerName = "certificate", condition = "SUCCESS" }]
    readonlyRootFilesystem = true
    stopTimeout            = local.stop_timeout_seconds
    ulimits                = [{ name = "nofile", softLimit = 65536, hardLimit = 65536 }]
    linuxParameters        = { initProcessEnabled = true, capabilities = { add = [], drop = ["ALL"] } }
    logConfiguration       = local.log_options["relay"]
  }
}

data "aws_region" "current" {}

resource "aws_ecs_task_definition" "relay" {
  family                   = "${var.name}-relay"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions    = jsonencode([local.certificate_container, local.relay_container])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  volume {
    name = "certificate"
  }
}
