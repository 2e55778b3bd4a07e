-- Fills an empty, migrated PostgreSQL with people and their moments, in the order of time, so that
-- one person's rows lie as far apart as they do in life. Some write daily, most tried it twice.
-- Settings: crowd.people, crowd.regulars, crowd.moments (of a regular), crowd.text (of consents).

SELECT setseed(0.5);

INSERT INTO accounts_user
    (password, is_superuser, email, is_staff, is_active, date_joined, time_zone, language, sequence)
SELECT '!', false, 'person' || n || '@example.org', false, true, now() - interval '3 years',
    (ARRAY['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Asia/Tokyo',
           'Australia/Sydney', 'America/Sao_Paulo', 'Africa/Lagos'])[1 + n % 8],
    'en', CASE WHEN n <= regulars THEN moments ELSE 2 END
FROM crowd, generate_series(1, people) n;

INSERT INTO account_emailaddress (email, verified, "primary", user_id)
SELECT email, true, true, id FROM accounts_user;

INSERT INTO accounts_consent (kind, version, given_at, person_id)
SELECT kind, text, now(), id FROM accounts_user, crowd, unnest(ARRAY['use', 'improve']) kind
WHERE kind = 'use' OR id % 20 = 0;

INSERT INTO django_session (session_key, session_data, expire_date)
SELECT md5('session' || id), repeat('x', 300), now() + interval '90 days' FROM accounts_user;

INSERT INTO emotions_tag (name, owner_id)
SELECT word, id FROM accounts_user, unnest(ARRAY['work', 'sport', 'friends', 'family', 'sleep']) word
WHERE id % 10 = 0 OR sequence > 2;

-- Regulars write every eight hours; the others twice, on some day of those years.
INSERT INTO emotions_capture
    (owner_id, uuid, request_digest, sequence, source, taken_at, time_zone, local_date, kept,
     others_blurred, photo, crop, thumbnail, width, height, note, felt, mood, created_at,
     deleted_at, purged_at)
SELECT owner, gen_random_uuid(), repeat(md5(random()::text), 2), k, 'camera', at, 'UTC', at::date,
    'photo', false, 'photos/' || md5(random()::text) || '.jpg',
    'crops/' || md5(random()::text) || '.jpg', 'thumbnails/' || md5(random()::text) || '.jpg',
    640, 480, CASE WHEN random() < 0.1 THEN 'A walk by the lake after work, and then early to bed' ELSE '' END,
    CASE WHEN random() < 0.3 THEN feelings[1 + (7 * random())::int % 7] END,
    CASE WHEN random() < 0.2 THEN 1 + (5 * random())::int % 5 END,
    at, CASE WHEN random() < 0.003 THEN now() - interval '60 days' * random() END, NULL
FROM (
    SELECT u.id AS owner, k,
        now() - interval '8 hours' * (CASE WHEN u.sequence > 2 THEN moments - k
                                      ELSE moments * random() END) - interval '1 hour' * random() AS at,
        ARRAY['angry', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'] AS feelings
    FROM accounts_user u, crowd, generate_series(1, u.sequence) k
) moment
ORDER BY moment.at;

-- Two of three were in the trash too long and are tombstones by now.
UPDATE emotions_capture SET purged_at = deleted_at, photo = '', crop = '', thumbnail = ''
WHERE deleted_at IS NOT NULL AND id % 3 > 0;

INSERT INTO emotions_detection
    (capture_id, model_version_id, version_elsewhere, role, x, y, width, height,
     p_angry, p_disgust, p_fear, p_happy, p_neutral, p_sad, p_surprise,
     emotion, confidence, unsure, is_me)
SELECT c.id, v.id, '', 'answer', 200, 100, 180, 180,
    random() / 7, random() / 7, random() / 7, random() / 7, random() / 7, random() / 7, random() / 7,
    (ARRAY['angry', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'])[1 + c.id % 7],
    random(), random() < 0.2, n = 1
FROM emotions_capture c, ml_modelversion v, generate_series(1, CASE WHEN c.id % 10 = 0 THEN 2 ELSE 1 END) n
WHERE v.active AND c.purged_at IS NULL
ORDER BY c.id;

-- A version was on trial, and read one photo of fifty besides.
INSERT INTO ml_modelversion
    (name, sha256, card, answers, looks, made_by, bundled, active, created_at)
SELECT 'tried', repeat('0', 64), card, answers, looks, 'nobody', false, false, now()
FROM ml_modelversion WHERE active;

INSERT INTO emotions_detection
    (capture_id, model_version_id, version_elsewhere, role, x, y, width, height,
     p_angry, p_disgust, p_fear, p_happy, p_neutral, p_sad, p_surprise,
     emotion, confidence, unsure, is_me, milliseconds)
SELECT d.capture_id, v.id, '', 'shadow', d.x, d.y, d.width, d.height,
    p_angry, p_disgust, p_fear, p_happy, p_neutral, p_sad, p_surprise,
    emotion, confidence, unsure, true, 4.0
FROM emotions_detection d, ml_modelversion v
WHERE v.name = 'tried' AND d.is_me AND d.capture_id % 50 = 0;

INSERT INTO emotions_capture_tags (capture_id, tag_id)
SELECT c.id, t.id FROM emotions_capture c JOIN emotions_tag t ON t.owner_id = c.owner_id
WHERE (c.id + t.id) % 10 = 0 AND c.purged_at IS NULL;

INSERT INTO emotions_reminder (at, days, way, paused, since, owner_id)
SELECT make_time(6 + (id % 16)::int, 15 * (id % 4)::int, 0), '1234567', 'email', id % 5 = 0,
    now() - interval '1 year', id FROM accounts_user WHERE id % 3 = 0;

INSERT INTO emotions_delivery (local_date, due_at, sent_at, reminder_id)
SELECT (now() - interval '1 day' * k)::date, now() - interval '1 day' * k, now(), id
FROM emotions_reminder, generate_series(1, 7) k WHERE NOT paused;

INSERT INTO emotions_preferences (owner_id, kept, keep_others, theme, colours, pictures_kept_for)
SELECT id, 'crop', false, '', '{}', CASE WHEN id % 20 = 0 THEN 365 ELSE 0 END FROM accounts_user WHERE id % 4 = 0;

INSERT INTO emotions_pushsubscription (endpoint, p256dh, auth, created_at, owner_id)
SELECT 'https://push.example.net/' || md5(id::text), repeat('k', 87), repeat('a', 22), now(), id
FROM accounts_user WHERE id % 4 = 0;

INSERT INTO accounts_accesstoken (name, digest, prefix, scope, created_at, expires_at, owner_id)
SELECT 'script', repeat(md5(id::text), 2), left(md5(id::text), 8), 'read', now(), now() + interval '1 year', id
FROM accounts_user WHERE id % 10 = 0;

INSERT INTO usersessions_usersession
    (user_id, session_key, created_at, ip, last_seen_at, user_agent, data)
SELECT id, md5('session' || id), now(), '192.0.2.1', now(), 'Mozilla/5.0', '{}' FROM accounts_user;

-- Some people contribute their faces.
INSERT INTO emotions_contributor (member, person_id)
SELECT gen_random_uuid(), id FROM accounts_user WHERE id % 20 = 0;

INSERT INTO emotions_contribution (name, felt, face, capture_id, contributor_id)
SELECT gen_random_uuid(), c.felt, convert_to(repeat('x', 2304), 'UTF8'), c.id, h.id
FROM emotions_capture c JOIN emotions_contributor h ON h.person_id = c.owner_id
WHERE c.felt IS NOT NULL AND c.purged_at IS NULL;
