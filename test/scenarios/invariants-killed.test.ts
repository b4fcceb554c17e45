import test from 'ava';
import { EMBEDDED } from './embedded-server.js';
import { killedAtWrites } from './killed-writes.js';

killedAtWrites(test, EMBEDDED);
