-- Rotations of cases are reminded of by their own due dates, and found by the request that asks for them.
CREATE INDEX offboarding_rotations_due ON offboarding_rotations (due_at) WHERE state = 'open';
CREATE INDEX offboarding_rotations_request ON offboarding_rotations (request) WHERE request IS NOT NULL;
