// A relay as a good developer writes it by hand: whoever has a key may kick what is on the merchant's whitelist; the broker's
// acknowledgement is awaited. Nothing is stored, so there is no idempotency, no retry and no second kick that is refused.
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import mqtt from 'mqtt';
import pg from 'pg';

const { PORT, DATABASE_URL, MQTT_URL, MERCHANT, API_KEYS } = process.env;
const TTL_SECONDS = 30;
const TOPICS = { GrundmasterNL: 'NL-CAT', GrundmasterBE: 'BE-CAT' };

const authorized = new Set(API_KEYS.split(',').map((key) => `Bearer ${key}`));
const database = new pg.Pool({ connectionString: DATABASE_URL, max: 16 });
const broker = await mqtt.connectAsync(MQTT_URL, { protocolVersion: 5, clientId: 'peer' });
const app = fastify();

const kickSchema = {
  body: {
    type: 'object',
    required: ['terminalId', 'managementSystemId', 'accessProtocol'],
    properties: {
      terminalId: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,16}$' },
      managementSystemId: { type: 'string', enum: Object.keys(TOPICS) },
      accessProtocol: { type: 'string', const: 'OPI_NL' },
    },
  },
  response: {
    201: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        terminalId: { type: 'string' },
        state: { type: 'string' },
        acceptedAt: { type: 'string' },
        expiresAt: { type: 'string' },
      },
    },
  },
};

const whitelisted = {
  name: 'whitelisted',
  text: `select 1 from whitelist_entries
         where merchant_id = $1 and terminal_id = $2 and (enabled_until is null or enabled_until > now())`,
};

app.post('/v1/kicks', { schema: kickSchema }, async (request, reply) => {
  if (!authorized.has(request.headers.authorization)) return reply.code(401).send();

  const { terminalId, managementSystemId } = request.body;
  const { rowCount } = await database.query({ ...whitelisted, values: [MERCHANT, terminalId] });
  if (rowCount === 0) return reply.code(403).send();

  const id = randomUUID();
  const now = Date.now();
  const exp = Math.floor(now / 1000) + TTL_SECONDS;
  const topic = `${TOPICS[managementSystemId]}/${terminalId}`;
  const payload = JSON.stringify({
    v: 1, kick: id, cmd: 'connect', terminal: terminalId,
    tas: { host: 'tas.example', port: 5555, tls: false },
    protocol: 'OPI_NL', iat: exp - TTL_SECONDS, exp,
  });
  await broker.publishAsync(topic, payload, {
    qos: 1,
    properties: {
      messageExpiryInterval: TTL_SECONDS,
      contentType: 'application/json',
      responseTopic: `${topic}/ack`,
      correlationData: Buffer.from(id),
    },
  });
  return reply.code(201).send({
    id, terminalId, state: 'published',
    acceptedAt: new Date(now).toISOString(), expiresAt: new Date(exp * 1000).toISOString(),
  });
});

app.get('/health', async () => ({ status: 'ok' }));

await app.listen({ host: '127.0.0.1', port: Number(PORT) });
