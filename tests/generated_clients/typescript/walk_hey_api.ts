// A walk through the API by the client that @hey-api/openapi-ts generates.
//
// Usage: node walk_hey_api.js SITE EMAIL PASSWORD PHOTO

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import * as api from "./hey_api/index.js";
import { client } from "./hey_api/client.gen.js";

const [site, email, password, path] = process.argv.slice(2) as [string, string, string, string];
const photo = new File([readFileSync(path)], "first.jpg", { type: "image/jpeg" });
client.setConfig({ baseUrl: site });

/** Return what was answered, which must be no problem. */
function answered<Data>({ data, error }: { data?: Data; error?: unknown }): NonNullable<Data> {
  assert.ok(data, JSON.stringify(error));
  return data as NonNullable<Data>;
}

const account = { email, password };
assert.equal(answered(await api.signUp({ body: account })).data.user.email, email);
const refused = await api.signIn({ body: { email, password: "a guess" } });
assert.ok(refused.error && "errors" in refused.error);
assert.equal(refused.error.errors?.[0]?.code, "email_password_mismatch");
const token = answered(await api.signIn({ body: account })).meta.session_token;
client.setConfig({ headers: { "X-Session-Token": token } });
answered(await api.reauthenticate({ body: { password } }));
const factor = await api.totpRetrieve();
assert.ok(factor.error && "meta" in factor.error && factor.error.meta && "secret" in factor.error.meta);

const me = answered(await api.meRetrieve());
const { version } = me.consents.find(({ kind }) => kind === "use")!;
answered(await api.consentGive({ path: { kind: "use" }, body: { version } }));

const seen = answered(
  await api.capturesCreate({ body: { photo, mood: 4, tags: ["river", "home"] } }),
);
assert.deepEqual([seen.mood, seen.tags, seen.detections.length], [4, ["home", "river"], 1]);
const picture = answered(await api.capturesPhotoRetrieve({ path: { uuid: seen.uuid } }));
assert.equal(picture.type, "image/jpeg");

const words = { uuid: randomUUID(), note: "Slept badly.", felt: "sad" };
const first = answered(await api.capturesWordsCreate({ body: words }));
assert.deepEqual(answered(await api.capturesWordsCreate({ body: words })), first);

const model = answered(await api.modelRetrieve());
const { box, probabilities } = seen.detections[0]!;
const reading = answered(
  await api.capturesReadingsCreate({
    body: {
      model_sha256: model.sha256,
      picture: { width: seen.width!, height: seen.height! },
      detections: [{ box, probabilities }],
    },
  }),
);
assert.equal(reading.photo, null);

const edit = { path: { uuid: seen.uuid }, body: { felt: "neutral", me: seen.detections[0]!.id } };
for (const _ of ["sent", "sent again, as if the answer was lost"]) {
  const headers = { "If-Match": seen.etag, "Idempotency-Key": "an edit" };
  assert.equal(answered(await api.capturesPartialUpdate({ ...edit, headers })).felt, "neutral");
}
const stale = await api.capturesPartialUpdate({ ...edit, headers: { "If-Match": seen.etag } });
assert.equal(stale.error?.code, "precondition_failed");

const { cursor } = answered(await api.changesList());
const uuids = [randomUUID(), randomUUID()];
const { outcomes } = answered(
  await api.capturesBatch({
    body: {
      captures: [
        { uuid: uuids[0]!, photo: photo.name, mood: 5 },
        { uuid: uuids[1]!, note: "On the train." },
        { uuid: uuids[1]!, action: "edit", mood: 2, key: "the train again" },
      ],
      photos: [photo],
    },
  }),
);
assert.deepEqual(outcomes.map(({ status }) => status), [201, 201, 200], JSON.stringify(outcomes));
const { changes } = answered(await api.changesList({ query: { cursor } }));
assert.deepEqual(changes.map(({ uuid }) => uuid), uuids);

const which = { path: { uuid: seen.uuid } };
assert.equal((await api.capturesDestroy(which)).response?.status, 204);
assert.equal((await api.capturesRetrieve(which)).error?.code, "not_found");
answered(await api.capturesRestoreCreate(which));
const page = answered(await api.capturesList({ query: { page_size: 2 } }));
assert.equal(page.results.length, 2);
assert.ok(page.next);

assert.ok(answered(await api.trendsRetrieve({ query: { by: "week" } })).periods.length > 3);
assert.ok(answered(await api.patternsRetrieve()).emotions.happy > 0);
assert.ok(answered(await api.meExport({ parseAs: "blob" })).size > 1000);
const wrong = await api.meDeletion({ body: { password: "a guess" } });
assert.equal(wrong.error?.code, "invalid");
assert.equal((await api.meDeletion({ body: { password } })).response?.status, 204);
assert.equal((await api.meRetrieve()).error?.status, 401);
