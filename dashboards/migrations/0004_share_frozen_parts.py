from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    """Store once what many snapshots have in common; no snapshot was ever made before."""

    dependencies = [
        ("dashboards", "0003_snapshots"),
    ]

    operations = [
        migrations.CreateModel(
            name="FrozenPart",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
            ],
        ),
        migrations.RemoveField(model_name="scoresnapshot", name="inputs"),
        migrations.RemoveField(model_name="scoresnapshot", name="nodes"),
        migrations.AddField(
            model_name="scoresnapshot",
            name="inputs",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dashboards.frozenpart",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="scoresnapshot",
            name="nodes",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dashboards.frozenpart",
            ),
            preserve_default=False,
        ),
    ]
