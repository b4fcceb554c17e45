import test from 'ava';
import { contract } from '../conformance/contract.js';
import { startCluster } from './cluster.js';

contract(test, 'kube-apiserver', startCluster);
