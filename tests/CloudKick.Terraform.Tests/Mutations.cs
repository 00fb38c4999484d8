namespace CloudKick.Terraform.Tests;

/// <summary>
/// What must never pass. Without it nobody knows whether the checks check. What they do not see, and only AWS would, is in
/// <c>terraform/README.md</c>.
/// </summary>
internal static class Mutations
{
    private const string Thing = "${local.thing}";

    public static readonly Mutation[] All =
    [
        // What the provider's schema sees.
        new("An argument that the resource has not", "modules/iot/main.tf", "active = true", "enabled = true", Check.Valid, "Unsupported argument.*enabled"),
        new("A required argument is missing", "modules/presence/main.tf", "  sql_version = \"2016-03-23\"\n", "", Check.Valid, "Missing required argument.*\"sql_version\" is required"),
        new("A required argument of a nested block is missing", "modules/iot/provisioning.tf", "    target_arn = var.claim_provisioning.hook_arn\n", "", Check.Valid, "Missing required argument.*\"target_arn\" is required"),
        new("A list where a text belongs", "modules/presence/main.tf", "= \"SELECT *", "= [\"SELECT\"] # ", Check.Valid, "Incorrect attribute value type.*string required"),
        new("A resource type that AWS's provider has not", "modules/iot/main.tf", "resource \"aws_iot_thing_type\"", "resource \"aws_iot_thing_types\"", Check.Valid, "Invalid resource type.*aws_iot_thing_types"),
        new("A reference to an attribute that is not there", "modules/presence/outputs.tf", "aws_sqs_queue.events.url", "aws_sqs_queue.events.uri", Check.Valid, "Unsupported attribute.*no argument, nested block, or exported attribute named.*uri"),
        new("A reference to a module's output that is not there", "outputs.tf", "module.iot.data_endpoint", "module.iot.endpoint", Check.Valid, "Unsupported attribute.*endpoint"),
        new("A block that may be there once, twice", "modules/relay/tas.tf", "  default_action {", "  mutual_authentication {\n    mode = \"off\"\n  }\n\n  mutual_authentication {\n    mode = \"off\"\n  }\n\n  default_action {", Check.Valid, "Too many mutual_authentication blocks"),
        new("A module's required argument is missing", "main.tf", "  database_security_group_id = module.database.security_group_id\n", "", Check.Valid, "Missing required argument.*database_security_group_id"),
        new("A value that AWS decides is set", "modules/iot/main.tf", "  policy = var.documents.relay_policy", "  policy = var.documents.relay_policy\n  arn    = \"arn\"", Check.Valid, "Value for unconfigurable attribute|Invalid or unknown key|Can't configure a value"),
        new("A template of a kind that AWS has not", "modules/iot/provisioning.tf", "\"FLEET_PROVISIONING\"", "\"FLEET\"", Check.Valid, "expected type to be one of FLEET_PROVISIONING, JITP"),
        new("A rule's name with a hyphen", "modules/policies/main.tf", "${replace(var.name, \"-\", \"_\")}_presence", "${var.name}-presence", Check.DeploymentTests, "invalid value for name.*cloudkick-presence"),
        new("Task definitions that are no JSON", "modules/relay/task.tf", "jsonencode([local.certificate_container, local.relay_container])", "\"certificate, relay\"", Check.Valid, "container_definitions.*invalid JSON"),

        // What the documents' own tests see.
        new("A terminal may use another's topics", "modules/policies/device.tf", $"\"${{local.filter}}/${{topic}}/{Thing}\"", "\"${local.filter}/${topic}/*\"", Check.PolicyTests, "Every resource of a terminal's policy is its own"),
        new("A terminal may take any client id", "modules/policies/device.tf", $"\"${{local.client}}/{Thing}\"", "\"${local.client}/*\"", Check.PolicyTests, "A terminal's client id is its thing's name"),
        new("A terminal's certificate need not be attached", "modules/policies/device.tf", "\"iot:Connection.Thing.IsAttached\" = \"true\"", "\"iot:Connection.Thing.IsAttached\" = \"false\"", Check.PolicyTests, "attached to its thing"),
        new("A terminal may publish kicks to itself", "modules/policies/device.tf", $"/{Thing}/ack\"", $"/{Thing}\"", Check.PolicyTests, "publishes its answers and nothing else"),
        new("A terminal may do everything", "modules/policies/device.tf", "Action   = \"iot:Receive\"", "Action   = [\"iot:*\"]", Check.PolicyTests, "names what it allows, without wildcards"),
        new("Subscribe by topic instead of topicfilter", "modules/policies/device.tf", $"${{local.filter}}/${{topic}}/{Thing}", $"${{local.topic}}/${{topic}}/{Thing}", Check.PolicyTests, "by topicfilter"),
        new("A shared topic lets terminals kick all", "modules/policies/device.tf", "\"${local.topic}/${topic}/ack\"", "\"${local.topic}/${topic}\"", Check.PolicyTests, "still publishes no kick to all"),
        new("Thing variables written as AWS does not know them", "modules/policies/main.tf", "$${iot:Connection.Thing.ThingName}", "$${iot:ThingName}", Check.PolicyTests, "it has the thing's name"),
        new("Reserved topics with a dollar too many", "modules/policies/relay.tf", "\"$aws/events/presence/connected\"", "\"$$aws/events/presence/connected\"", Check.PolicyTests, "by exactly the filters it uses"),
        new("The relay may take a terminal's client id", "modules/policies/relay.tf", "${var.client_id_prefix}-*", "*", Check.PolicyTests, "as no terminal"),
        new("A claim certificate may take a terminal's client id", "modules/policies/claim.tf", "${var.claim_client_id_prefix}-*", "*", Check.PolicyTests, "connects as no terminal"),
        new("A claim certificate may have keys made", "modules/policies/claim.tf", "create-from-csr", "create", Check.PolicyTests, "by CSR and for one template"),
        new("The relay's role does all of AWS IoT on everything", "modules/policies/role.tf", "Resource = \"${local.client}/*\"", "Resource = \"*\"", Check.PolicyTests, "only for what AWS knows no resource for"),

        // What the deployment's tests see.
        new("A setting is not handed on", "settings.tf", "CloudKick__Aws__Region", "CloudKick__Aws__Profile", Check.DeploymentTests, "told its surroundings"),
        new("The database takes connections without TLS", "modules/database/main.tf", "value        = \"1\"", "value        = \"0\"", Check.DeploymentTests, "The database takes no connection without TLS"),
        new("A variable that anything passes", "modules/policies/variables.tf", "can(regex(\"^[A-Za-z0-9_-]{1,64}$\", topic))", "true", Check.PolicyTests, "var.subscription_topics, was expected to report an error"),
        new("A number of resources that hangs on an id", "main.tf", "presence_over_queue = var.presence_source == \"sqs\"", "presence_over_queue = module.database.security_group_id != \"\"", Check.ExampleTests, "Invalid count argument|cannot be determined until apply"),

        // What the documents are held against.
        new("An action that AWS has not", "modules/policies/relay.tf", "\"iot:Publish\"", "\"iot:Publis\"", Check.Actions, "AWS knows no action iot:Publis"),
        new("Everything, where a resource can be named", "modules/policies/service.tf", "Resource = [local.presence_queue, local.presence_dead_letters]", "Resource = \"*\"", Check.Actions, "sqs:SendMessage on \"\\*\", though AWS knows queue"),
        new("A resource of another kind", "modules/policies/relay.tf", "Resource = [for kick in local.kicks : \"${local.topic}/${kick}\"]", "Resource = [for kick in local.kicks : \"${local.filter}/${kick}\"]", Check.Actions, "iot:Publish is not for .*topicfilter"),
        new("Documents that were not rendered again", "modules/policies/device.tf", "/ack\"", "/answer\"", Check.Rendered, "device-policy.json is not what Terraform renders"),

        // What the rules see.
        new("AWS makes the relay's key", "modules/iot/main.tf", "  csr    = var.relay_certificate_signing_request\n", "", Check.Rules, "the state would keep it"),
        new("A secret's value in Terraform", "modules/relay/main.tf", "resource \"aws_iam_role\" \"task\"", "resource \"aws_secretsmanager_secret_version\" \"key\" {\n  secret_id     = aws_secretsmanager_secret.key.id\n  secret_string = \"key\"\n}\n\nresource \"aws_iam_role\" \"task\"", Check.Rules, "secret_string would keep a secret in the state"),
        new("A password of the database in Terraform", "modules/database/main.tf", "manage_master_user_password   = true", "master_password = \"password\"", Check.Rules, "master_password would keep a secret in the state"),
        new("An output with a key", "modules/iot/outputs.tf", "one(aws_iot_certificate.relay[*].certificate_pem)", "one(aws_iot_certificate.relay[*].private_key)", Check.Rules, "gives a secret away"),
        new("A provider that makes keys", "modules/iot/versions.tf", "    aws = {", "    tls = {\n      source  = \"hashicorp/tls\"\n      version = \">= 4.0\"\n    }\n    aws = {", Check.Rules, "provider tls is not allowed"),
        new("A provider's version that was not checked", "versions.tf", ">= 6.0, < 7.0", "~> 5.0", Check.Rules, "does not admit 6\\."),
        new("A variable without a description", "variables.tf", "  description = \"Tag of the release in the repository made here, never moved: not latest.\"\n", "", Check.Rules, "variable image_tag has no description"),
        new("A policy where nothing checks it", "modules/presence/main.tf", "policy = var.documents.rule_role", "policy = jsonencode({ Statement = [] })", Check.Rules, "outside modules/policies"),
        new("A service that leads nowhere", "kubernetes/service.yaml", "targetPort: tas", "targetPort: opi", Check.Manifests, "a port opi that there is not"),
        new("A container that may write to itself", "kubernetes/deployment.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", Check.Manifests, "root file system can be written to"),
        new("A variable that the README does not know", "variables.tf", "variable \"image_tag\"", "variable \"release\"", Check.Readme, "are not those of the variables and outputs"),
        new("A file that is not formatted", "main.tf", "  source = \"./modules/iot\"", "  source =    \"./modules/iot\"", Check.Format, "main\\.tf"),
    ];
}
