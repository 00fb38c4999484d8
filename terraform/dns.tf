locals {
  dns_records = {
    (var.api_host_name) = module.relay.load_balancers.api
    (var.tas_host_name) = module.relay.load_balancers.tas
  }
}

resource "aws_route53_record" "this" {
  for_each = var.route53_zone_id == null ? toset([]) : toset([var.api_host_name, var.tas_host_name])

  zone_id = var.route53_zone_id
  name    = each.value
  type    = "A"

  alias {
    name                   = local.dns_records[each.value].dns_name
    zone_id                = local.dns_records[each.value].zone_id
    evaluate_target_health = true
  }
}
