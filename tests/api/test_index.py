"""Where a program begins: the addresses of all there is, and filters named alike."""

from tests.api.asking import program_of, told


def test_the_index_leads_to_every_list_and_to_the_description() -> None:
    viewer = program_of("viewer")

    index = viewer.get("")

    assert index["kpis"] == "http://testserver/api/v1/kpis/"
    assert {viewer.client.get(address).status_code for address in index.values()} == {200, 400}
    assert told(viewer.client.get(index["explanation"]))[1]["node"] == ["This field is required."]


def test_a_kpi_is_called_node_wherever_rows_are_filtered_by_it() -> None:
    viewer = program_of("viewer")

    for path in ("actuals/", "targets/", "scores/", "findings/"):
        assert viewer.ask("GET", path, query={"node": "DIO"}).status_code == 200, path
    by_node, by_kpi = (viewer.results("actuals/", **{name: "DIO"}) for name in ("node", "kpi"))
    assert by_node == by_kpi
    assert {row["kpi"] for row in by_node} == {"DIO"}
