"""What Prometheus may scrape."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "cutwater_request_seconds",
    "Time to answer, by route and status.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
QUERIES = Histogram(
    "cutwater_query_seconds",
    "Time PostgreSQL took: for a trip with all the reads of a page, or for one statement of a verb.",
    ["kind"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
DELIVERIES = Counter(
    "cutwater_deliveries_total", "Attempts to deliver, by channel and outcome.", ["channel", "outcome"]
)
JOB_RUNS = Counter("cutwater_job_runs_total", "Background jobs run, by name and outcome.", ["job", "outcome"])
LIVE_STREAMS = Gauge("cutwater_live_streams", "Open live streams in this process.")
QUEUE_DEPTH = Gauge("cutwater_queue_jobs", "Jobs in the queue, by status.", ["status"])
