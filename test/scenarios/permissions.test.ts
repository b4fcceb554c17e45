import test from 'ava';
import { EMBEDDED } from './embedded-server.js';
import { permissions } from './permissions.js';

permissions(test, EMBEDDED);
