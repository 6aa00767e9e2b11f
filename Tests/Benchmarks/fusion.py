#!/usr/bin/env python3
"""Vedette's fusion against Stone Soup's joint probabilistic data association, one core, same run.

    fusion.py FUSIONBENCH

Both get the same detections with places, of fifty targets before eight cameras. Compared are detections
a second of processor time. Exit code 1 when Stone Soup does more than a hundredth of Vedette's.
"""
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.deleter.error import CovarianceBasedDeleter
from stonesoup.deleter.multi import CompositeDeleter
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import (
    CombinedLinearGaussianTransitionModel, ConstantVelocity)
from stonesoup.plugins.pyehm import JPDAWithEHM2
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.tracker.simple import MultiTargetMixtureTracker
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.measures import Mahalanobis
from stonesoup.updater.kalman import KalmanUpdater

START = datetime.datetime(2026, 1, 1)


def scans(path):
    for line in open(path):
        scan = json.loads(line)
        at = START + datetime.timedelta(seconds=scan["t"])
        yield at, {
            Detection(
                numpy.array([[east], [north]]), timestamp=at,
                measurement_model=LinearGaussian(
                    4, (0, 2), numpy.array([[xx, xy], [xy, yy]])))
            for east, north, xx, xy, yy in scan["places"]}


def tracker(path):
    motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(0.5), ConstantVelocity(0.5)])
    predictor, updater = KalmanPredictor(motion), KalmanUpdater(None)
    associator = JPDAWithEHM2(PDAHypothesiser(
        predictor, updater, clutter_spatial_density=1e-4, prob_detect=0.5, prob_gate=0.999))
    nearest = GNNWith2DAssignment(DistanceHypothesiser(
        predictor, updater, Mahalanobis(), missed_distance=3))
    deleter = CompositeDeleter([
        CovarianceBasedDeleter(covar_trace_thresh=100), UpdateTimeStepsDeleter(40)],
        intersect=False)
    initiator = MultiMeasurementInitiator(
        GaussianState(numpy.zeros((4, 1)), numpy.diag([0, 16, 0, 16])), deleter, nearest, updater,
        measurement_model=LinearGaussian(4, (0, 2), numpy.diag([0.16, 0.16])), min_points=3)
    return MultiTargetMixtureTracker(initiator, deleter, scans(path), associator, updater)


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "scans.jsonl")
        out = subprocess.run(
            [sys.argv[1], "--write", path], check=True, capture_output=True, text=True).stdout
        ours = json.loads(out)
        before, tracks = time.thread_time(), set()
        for _, tracks in tracker(path):
            pass
        seconds = time.thread_time() - before
    rates = ours["detections"] / ours["seconds"], ours["detections"] / seconds
    ratio = rates[0] / rates[1]
    print(json.dumps({
        "name": "fusion-50", "detections": ours["detections"], "tracks": ours["tracks"],
        "stonesoup_tracks": len(tracks), "detections_per_second": round(rates[0]),
        "stonesoup_detections_per_second": round(rates[1]), "ratio": round(ratio)}))
    print("PASS " if ratio >= 100 else "FAIL ",
          f"fusion over Stone Soup's JPDA with EHM2, at least 100 times: {ratio:.0f}")
    sys.exit(0 if ratio >= 100 else 1)


main()
