"""Benchmarks are run by hand; here each only shows that it still runs, on very little."""

from tests.bench import (
    bench_billing,
    bench_encryption,
    bench_exchange,
    bench_first_paint,
    bench_growth,
    bench_keys,
    bench_portal,
    bench_statements,
    bench_sync,
    bench_together,
    bench_two_offices,
    bench_verbs,
)


def test_the_billing_benchmark_measures_both_runs() -> None:
    p1, p2 = bench_billing.measure(quick=True)
    assert {"times_raw", "invoices_per_second"} <= p1.keys() & p2.keys()


def test_the_verbs_benchmark_measures_each_verb() -> None:
    assert [figures["verb"] for figures in bench_verbs.measure(quick=True)] == [
        f"{verb} --json" for verb in bench_verbs.VERBS
    ]


def test_the_encryption_benchmark_measures_run_and_open() -> None:
    (figures,) = bench_encryption.measure(quick=True)
    assert {"times_in_clear", "warm_open_cpu_ms"} <= figures.keys()


def test_the_first_paint_benchmark_measures_the_app_and_an_empty_one() -> None:
    (figures,) = bench_first_paint.measure(quick=True)
    assert {"times_empty_app", "product_cpu_s"} <= figures.keys()


def test_the_keys_benchmark_measures_keys_and_opening() -> None:
    p6, p7 = bench_keys.measure(quick=True)
    assert {"times_data_table_p50", "cpu_ms_a_key"} <= p6.keys()
    assert {"times_empty_app", "list_cpu_s"} <= p7.keys()


def test_the_benchmark_of_keys_while_others_write_tells_both_percentiles() -> None:
    (figures,) = bench_together.measure(quick=True)
    assert {"p50_ms", "p99_ms", "imports"} <= figures.keys()


def test_the_statements_benchmark_measures_a_batch_beside_invoices() -> None:
    (figures,) = bench_statements.measure(quick=True)
    assert {"statements_per_cpu_second", "times_invoice_pdfs"} <= figures.keys()


def test_the_growth_benchmark_measures_every_question() -> None:
    lines = bench_growth.measure(quick=True)
    assert {str(line["benchmark"])[:2] for line in lines} == {"P4", "P5"}
    assert all("growth" in line for line in lines)


def test_the_exchange_benchmark_measures_bytes_one_change_and_many_offices() -> None:
    wire, change, many = bench_exchange.measure(quick=True)
    assert {"caught_up_bytes", "one_change_both_hops_bytes"} <= wire.keys()
    assert "one_change_times_bare_post" in change
    assert {"ack_p50_ms", "ack_p99_ms"} <= many.keys()


def test_the_benchmark_of_two_offices_tells_both_percentiles() -> None:
    """A payment recorded in one terminal shows on the open screen of another office's."""
    (figures,) = bench_two_offices.measure(quick=True)
    for what in ("key_to_other_screen", "commit_to_ack", "commit_to_other_book"):
        assert {f"{what}_p50_ms", f"{what}_p99_ms"} <= figures.keys()


def test_the_replication_benchmark_measures_every_goal() -> None:
    lines = bench_sync.measure(quick=True)
    assert {"times_limit", "bytes_times_limit"} <= lines[0].keys()
    assert [line["rows"] for line in lines if "altered" in str(line["benchmark"])] != []


def test_the_portal_benchmark_measures_a_page_and_a_crowd() -> None:
    page, crowd = bench_portal.measure(quick=True)
    assert {"times_plain_text", "p99_times_p50"} <= page.keys()
    assert (crowd["errors"], crowd["answers_to_the_wrong_client"]) == (0, 0)
