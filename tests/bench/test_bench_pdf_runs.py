from tests.bench.bench_pdf import measure


def test_the_pdf_benchmark_measures_all_three() -> None:
    figures = measure(quick=True)
    assert {"bench", "times_reportlab", "times_fpdf2_table"} <= figures.keys()
