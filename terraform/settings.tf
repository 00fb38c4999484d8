# What the relay is told of its surroundings. tests/CloudKick.Terraform.Tests holds these names against the relay's options.
locals {
  presence_settings = local.presence_over_queue ? {
    CloudKick__Presence__Source   = "sqs"
    CloudKick__Presence__QueueUrl = module.presence[0].queue_url
    } : {
    CloudKick__Presence__Source = "mqtt"
  }

  relay_settings = merge(local.presence_settings, {
    CloudKick__Aws__Region           = data.aws_region.current.region
    CloudKick__Mqtt__Host            = module.iot.data_endpoint
    CloudKick__Mqtt__Port            = "443"
    CloudKick__Mqtt__ClientIdPrefix  = local.client_id_prefix
    CloudKick__Mqtt__Connections     = tostring(var.mqtt_connections)
    CloudKick__Pages__PublicUrl      = "https://${var.api_host_name}"
    CloudKick__Publishing__Transport = var.transport
    # By the task's role: HTTPS goes on where the certificate is the trouble.
    CloudKick__Publishing__Authentication  = "SigV4"
    CloudKick__Provisioning__PolicyName    = module.iot.terminal_policy_name
    CloudKick__Provisioning__ThingTypeName = module.iot.thing_type_name
  })
}
