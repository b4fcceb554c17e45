import test from 'ava';
import { EMBEDDED } from './embedded-server.js';
import { steadyState } from './steady-state.js';

steadyState(test, EMBEDDED);
