import test from 'ava';
import { steadyState } from '../scenarios/steady-state.js';
import { REAL } from './real-server.js';

steadyState(test.serial, REAL);
