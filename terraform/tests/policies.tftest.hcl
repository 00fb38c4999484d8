# What the rendered documents allow, statement by statement. LocalCloud's tests hold the same documents against its policy engine.
variables {
  region     = "eu-central-1"
  account_id = "123456789012"
}

run "terminal" {
  command = plan

  module {
    source = "./modules/policies"
  }

  assert {
    condition     = length(jsondecode(output.device_policy).Statement) == 4
    error_message = "A terminal's policy has one statement each for connect, subscribe, receive and publish."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(output.device_policy).Statement : alltrue([
        for resource in flatten([statement.Resource]) : strcontains(resource, "$${iot:Connection.Thing.ThingName}")
      ])
    ])
    error_message = "Every resource of a terminal's policy is its own: it has the thing's name."
  }

  assert {
    condition     = one([for statement in jsondecode(output.device_policy).Statement : statement if statement.Action == "iot:Connect"]).Condition.Bool["iot:Connection.Thing.IsAttached"] == "true"
    error_message = "A terminal connects only with a certificate that is attached to its thing."
  }

  assert {
    condition     = one([for statement in jsondecode(output.device_policy).Statement : statement if statement.Action == "iot:Connect"]).Resource == "arn:aws:iot:eu-central-1:123456789012:client/$${iot:Connection.Thing.ThingName}"
    error_message = "A terminal's client id is its thing's name."
  }

  assert {
    condition = one([for statement in jsondecode(output.device_policy).Statement : statement.Resource if statement.Action == "iot:Publish"]) == [
      for topic in ["NL-CAT", "BE-CAT"] : "arn:aws:iot:eu-central-1:123456789012:topic/${topic}/$${iot:Connection.Thing.ThingName}/ack"
    ]
    error_message = "A terminal publishes its answers and nothing else: no kick."
  }

  assert {
    condition = one([for statement in jsondecode(output.device_policy).Statement : statement.Resource if statement.Action == "iot:Subscribe"]) == [
      for topic in ["NL-CAT", "BE-CAT"] : "arn:aws:iot:eu-central-1:123456789012:topicfilter/${topic}/$${iot:Connection.Thing.ThingName}"
    ]
    error_message = "A terminal subscribes to its own topics, by topicfilter."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(output.device_policy).Statement : !can(statement.Action[0]) && statement.Effect == "Allow" && !strcontains(jsonencode(statement.Resource), "*")])
    error_message = "A terminal's policy names what it allows, without wildcards."
  }
}

run "shared_topics" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    subscription_topics   = ["NL-CAT"]
    shared_topics_allowed = true
  }

  assert {
    condition     = contains(one([for statement in jsondecode(output.device_policy).Statement : statement.Resource if statement.Action == "iot:Subscribe"]), "arn:aws:iot:eu-central-1:123456789012:topicfilter/NL-CAT")
    error_message = "Where shared topics are allowed, a terminal may subscribe to the topic of all."
  }

  assert {
    condition     = !contains(one([for statement in jsondecode(output.device_policy).Statement : statement.Resource if statement.Action == "iot:Publish"]), "arn:aws:iot:eu-central-1:123456789012:topic/NL-CAT")
    error_message = "Where shared topics are allowed, a terminal still publishes no kick to all."
  }

  assert {
    condition     = contains(one([for statement in jsondecode(output.relay_policy).Statement : statement.Resource if statement.Action == "iot:Publish"]), "arn:aws:iot:eu-central-1:123456789012:topic/NL-CAT")
    error_message = "Where shared topics are allowed, the relay publishes to them."
  }
}

run "relay" {
  command = plan

  module {
    source = "./modules/policies"
  }

  assert {
    condition     = one([for statement in jsondecode(output.relay_policy).Statement : statement.Resource if statement.Action == "iot:Connect"]) == "arn:aws:iot:eu-central-1:123456789012:client/relay-*"
    error_message = "The relay connects under client ids of its own, and as no terminal."
  }

  assert {
    condition = toset(one([for statement in jsondecode(output.relay_policy).Statement : statement.Resource if statement.Action == "iot:Subscribe"])) == toset([
      for filter in ["$share/cloudkick/NL-CAT/+/ack", "$share/cloudkick/BE-CAT/+/ack", "$aws/events/presence/connected/+", "$aws/events/presence/disconnected/+"] :
      "arn:aws:iot:eu-central-1:123456789012:topicfilter/${filter}"
    ])
    error_message = "The relay subscribes to answers and presence, by exactly the filters it uses."
  }

  assert {
    condition     = one([for statement in jsondecode(output.relay_policy).Statement : statement.Condition["ForAllValues:StringEquals"]["iot:ConnectAttributes"] if statement.Action == "iot:Connect"]) == ["PersistentConnect"]
    error_message = "The relay's sessions may outlive a gap."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(output.relay_policy).Statement : statement.Condition.StringLike["iot:Topic"] == ["NL-CAT/*", "BE-CAT/*"] if statement.Action == "iot:SendDirectMessage"])
    error_message = "Direct messages go to terminals' topics only."
  }

  assert {
    condition     = !strcontains(output.relay_policy, "RetainPublish") && !strcontains(output.relay_role, "RetainPublish")
    error_message = "A kick is never retained."
  }

  assert {
    condition     = length(output.device_policy) <= 2048 && length(output.relay_policy) <= 2048 && length(output.claim_policy) <= 2048
    error_message = "AWS IoT takes 2048 characters."
  }
}

run "relay_without_presence_over_mqtt" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    presence_over_mqtt = false
  }

  assert {
    condition     = !strcontains(output.relay_policy, "$aws/events")
    error_message = "Where presence comes from the queue, the relay's certificate hears no events."
  }
}

run "relay_role" {
  command = plan

  module {
    source = "./modules/policies"
  }

  assert {
    condition = [for statement in jsondecode(output.relay_role).Statement : statement.Action if statement.Effect == "Allow" && contains(flatten([statement.Resource]), "*")] == [
      ["iot:DescribeEndpoint", "iot:CreateCertificateFromCsr", "iot:ListCertificates", "iot:ListAttachedPolicies"]
    ]
    error_message = "The relay's role is on \"*\" only for what AWS knows no resource for."
  }

  assert {
    condition     = !strcontains(output.relay_role, "CreateKeysAndCertificate") && !strcontains(output.relay_role, "CreatePolicy") && !strcontains(output.relay_role, "\"iot:*\"")
    error_message = "The relay's role makes no keys and no policies."
  }

  assert {
    condition = anytrue([for statement in jsondecode(output.relay_role).Statement :
      statement.Effect == "Deny" && try(contains(statement.Action, "iot:CreateThing"), false) && try(contains(statement.Resource, "arn:aws:iot:eu-central-1:123456789012:thing/relay-*"), false)
    ])
    error_message = "The relay's role makes no thing that would pass for the relay."
  }

  assert {
    condition     = anytrue([for statement in jsondecode(output.relay_role).Statement : try(statement.Resource == "arn:aws:sqs:eu-central-1:123456789012:cloudkick-presence", false)])
    error_message = "The relay's role reads the presence queue."
  }
}

run "claim" {
  command = plan

  module {
    source = "./modules/policies"
  }

  assert {
    condition     = one([for statement in jsondecode(output.claim_policy).Statement : statement.Resource if statement.Action == "iot:Connect"]) == "arn:aws:iot:eu-central-1:123456789012:client/claim-*"
    error_message = "A claim certificate connects as no terminal and not as the relay."
  }

  assert {
    condition = alltrue([for statement in jsondecode(output.claim_policy).Statement : alltrue([
      for resource in flatten([statement.Resource]) : can(regex("(client/claim-|/\\$aws/certificates/create-from-csr/json|/\\$aws/provisioning-templates/cloudkick-terminal/provision/json)", resource))
    ])])
    error_message = "A claim certificate asks for a certificate by CSR and for one template: nothing else."
  }

  assert {
    condition     = jsondecode(output.provisioning_template).Resources.policy.Properties.PolicyName == output.names.terminal_policy
    error_message = "The template attaches the terminals' policy."
  }

  assert {
    condition     = length(output.provisioning_template) <= 10240 && length(output.jitp_template) <= 10240
    error_message = "AWS IoT takes templates of 10,240 characters."
  }
}

run "topics_that_are_no_level" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    subscription_topics = ["NL-CAT/#"]
  }

  expect_failures = [var.subscription_topics]
}

run "documents_too_long_for_aws" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    subscription_topics   = [for i in range(4) : "A-TOPIC-OF-SIXTY-FOUR-CHARACTERS-WHICH-IS-AS-LONG-AS-IT-MAY-BE-${i}"]
    shared_topics_allowed = true
  }

  expect_failures = [output.device_policy, output.relay_policy]
}

run "claims_under_the_relays_name" {
  command = plan

  module {
    source = "./modules/policies"
  }

  variables {
    claim_client_id_prefix = "relay"
  }

  expect_failures = [var.claim_client_id_prefix]
}
