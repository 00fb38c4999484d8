// What the generated code does not say: which attributes of the types in use hold secrets.
const SENSITIVE = {
  aws_iot_certificate: ['certificate_pem', 'private_key', 'public_key', 'ca_pem'],
  aws_iot_ca_certificate: ['ca_certificate_pem', 'verification_certificate_pem'],
  aws_rds_cluster: ['master_password', 'master_password_wo'],
  aws_secretsmanager_secret_version: ['secret_string', 'secret_binary', 'secret_string_wo'],
};

/** Marks them in the resources' schemas. */
export function markSensitive(resources) {
  for (const [type, attributes] of Object.entries(SENSITIVE)) {
    for (const name of attributes) {
      const attribute = resources[type]?.block.attributes[name];
      if (attribute) attribute.sensitive = true;
    }
  }
}
