import test from 'ava';
import { EMBEDDED } from './embedded-server.js';
import { invariantsOfWrites } from './writes.js';

invariantsOfWrites(test, EMBEDDED);
