import test from 'ava';
import { EMBEDDED } from './embedded-server.js';
import { unknownRemovesNothing } from './unknown.js';

unknownRemovesNothing(test, EMBEDDED);
