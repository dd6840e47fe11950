"""Writes references.json: SciPy, statsmodels, scikit-learn and mpmath on fixed inputs.

pip install scipy statsmodels scikit-learn mpmath; python3 make_references.py > references.json
"""
import json
import math

import mpmath as mp
import numpy as np
from scipy import optimize, stats
from sklearn.metrics import ndcg_score
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

mp.mp.dps = 40
out = {}


def tango_score(table, difference):
    """The score statistic with the restricted estimate found by numeric maximisation, not by Tango's closed form."""
    both, b, c, neither = table
    n = sum(table)
    # p12 = q + difference, p21 = q; concordant mass 1 - 2 q - difference.
    low, high = max(0.0, -difference), (1 - difference) / 2

    def derivative(q):
        total = -2 * (both + neither) / mp.mpf(1 - 2 * q - difference)
        if b:
            total += b / mp.mpf(q + difference)
        if c:
            total += c / mp.mpf(q)
        return total

    low, high = mp.mpf(low), mp.mpf(high)
    edge = (high - low) * mp.mpf(10) ** -40
    if both + neither == 0 and b + c == 0:
        raise ValueError
    if derivative(low + edge) <= 0:
        q = low
    elif derivative(high - edge) >= 0:
        q = high
    else:
        q = mp.findroot(derivative, (low + edge, high - edge), solver="anderson", tol=1e-60, maxsteps=400, verify=False)
        lo, hi = low + edge, high - edge
        for _ in range(170):
            mid = (lo + hi) / 2
            if derivative(mid) > 0:
                lo = mid
            else:
                hi = mid
        q = (lo + hi) / 2
    variance = n * (2 * q + difference * (1 - difference))
    return (b - c - n * difference) / mp.sqrt(variance)


def tango(table, tail):
    _, b, c, _ = table
    n = sum(table)
    z = mp.mpf(stats.norm.isf(tail))
    middle = mp.mpf(b - c) / n

    def bisect(lo, hi, target):
        for _ in range(60):
            mid = (lo + hi) / 2
            if tango_score(table, mid) > target:
                lo = mid
            else:
                hi = mid
        return float((lo + hi) / 2)

    tiny = mp.mpf(10) ** -30
    lower = -1.0 if middle == -1 else bisect(mp.mpf(-1) + tiny, middle - tiny, z)
    upper = 1.0 if middle == 1 else bisect(middle + tiny, mp.mpf(1) - tiny, -z)
    return [lower, upper]


TABLES = [[1, 1, 7, 12], [43, 0, 1, 0], [880, 20, 20, 80], [30, 0, 0, 3], [200, 12, 5, 8], [2, 1, 0, 0], [0, 3, 2, 0]]
out["tango"] = [{"table": t, "tail": a, "interval": tango(t, a)} for t in TABLES for a in (0.025, 0.05)]

PAIRS = [[1, 7], [5, 15], [0, 4], [30, 22], [400, 520]]
out["mcnemar"] = [
    {
        "pair": p,
        "exact": float(mcnemar([[0, p[0]], [p[1], 0]], exact=True).pvalue),
        "midP": float(2 * stats.binom.cdf(min(p), sum(p), 0.5) - stats.binom.pmf(min(p), sum(p), 0.5)),
        "asymptotic": float(mcnemar([[0, p[0]], [p[1], 0]], exact=False, correction=False).pvalue),
    }
    for p in PAIRS
]


def difference_score(arms, difference):
    """Farrington and Manning's statistic, the restricted estimate by bisection of the likelihood's derivative.

    statsmodels 0.14 is no reference here: for unequal arms its restricted estimate does not maximise the likelihood, and
    its interval of 56/70 - 48/80 is not Mee's of Newcombe (1998), table II: 0.0533 to 0.3377.
    """
    s1, n1, s2, n2 = arms
    low, high = max(mp.mpf(0), mp.mpf(difference)), min(mp.mpf(1), 1 + mp.mpf(difference))

    def derivative(x):
        y = x - difference
        return s1 / x - (n1 - s1) / (1 - x) + s2 / y - (n2 - s2) / (1 - y)

    edge = (high - low) * mp.mpf(10) ** -30
    lo, hi = low + edge, high - edge
    if derivative(lo) <= 0:
        x = low
    elif derivative(hi) >= 0:
        x = high
    else:
        for _ in range(110):
            mid = (lo + hi) / 2
            lo, hi = (mid, hi) if derivative(mid) > 0 else (lo, mid)
        x = lo
    y = x - difference
    return (mp.mpf(s1) / n1 - mp.mpf(s2) / n2 - difference) / mp.sqrt(x * (1 - x) / n1 + y * (1 - y) / n2)


def score_interval(arms):
    z = mp.mpf(stats.norm.isf(0.025))
    middle = mp.mpf(arms[0]) / arms[1] - mp.mpf(arms[2]) / arms[3]
    tiny = mp.mpf(10) ** -25

    def bisect(lo, hi, target):
        for _ in range(55):
            mid = (lo + hi) / 2
            lo, hi = (mid, hi) if difference_score(arms, mid) > target else (lo, mid)
        return float(lo)

    return [bisect(mp.mpf(-1) + tiny, middle - tiny, z), bisect(middle + tiny, mp.mpf(1) - tiny, -z)]


ARMS = [[56, 70, 48, 80], [9, 10, 3, 10], [890, 1000, 900, 1000], [10, 10, 20, 20], [0, 10, 0, 10], [4500, 5000, 890, 1000], [5, 56, 0, 29]]
out["proportions"] = [
    {
        "arms": a,
        "wilson": [float(x) for x in proportion_confint(a[0], a[1], 0.05, method="wilson")],
        "newcombe": [float(x) for x in confint_proportions_2indep(*a, compare="diff", method="newcomb", alpha=0.05)],
        "score": score_interval(a),
        "z": {str(value): float(difference_score(a, value)) for value in (-0.1, -0.02)},
    }
    for a in ARMS
]

rng = np.random.default_rng(7)
first = np.round(rng.lognormal(0, 0.5, 25), 4)
second = np.round(rng.lognormal(0.2, 0.9, 18), 4)
third = np.round(first + rng.normal(0.1, 0.2, 25), 4)
samples = {"first": first.tolist(), "second": second.tolist(), "third": third.tolist()}
welch = CompareMeans(DescrStatsW(first), DescrStatsW(second)).tconfint_diff(alpha=0.05, usevar="unequal")
paired = stats.ttest_rel(first, third).confidence_interval(0.95)
skewed = np.round(rng.lognormal(0, 1.2, 40) - 1, 4)
bca = stats.bootstrap((skewed,), np.mean, confidence_level=0.9, n_resamples=100000, method="BCa", random_state=1, batch=5000)


def fieller(m1, v1, m2, v2, cov, tail, degrees):
    t = stats.t.isf(tail, degrees)

    def gap(r):
        return (m1 - r * m2) ** 2 - t * t * (v1 - 2 * r * cov + r * r * v2)

    r = m1 / m2
    step = 10 * math.sqrt((v1 + r * r * v2) / m2**2)
    return [optimize.brentq(gap, r - step, r, xtol=1e-14), optimize.brentq(gap, r, r + step, xtol=1e-14)]


out["means"] = {
    **samples,
    "welch": [float(x) for x in welch],
    "paired": [float(paired.low), float(paired.high)],
    "skewed": skewed.tolist(),
    "bca": [float(bca.confidence_interval.low), float(bca.confidence_interval.high)],
    "fieller": [
        {"input": f, "interval": fieller(*f)} for f in ([10, 0.5, 8, 0.3, 0.1, 0.025, 20], [3, 0.01, 4, 0.02, 0, 0.05, 1000], [-2, 0.01, -3, 0.02, 0.005, 0.025, 50])
    ],
}
P_VALUES = [0.01, 0.04, 0.03, 0.005, 0.2]
out["holm"] = {"pValues": P_VALUES, "adjusted": [float(x) for x in multipletests(P_VALUES, 0.05, method="holm")[1]]}
RELEVANCE = [[0, 1, 0, 3, 2, 0, 1], [1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 1]]
SCORES = [[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]] * 3
out["ndcg"] = [
    {"relevance": r, "k": k, "ndcg": float(ndcg_score([r], [s], k=k))} for r, s in zip(RELEVANCE, SCORES) for k in (3, 5, 7)
]
print(json.dumps(out))
