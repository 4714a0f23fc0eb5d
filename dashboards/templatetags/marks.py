"""What stands many times in a table: status marks, small lines and bullets, as SVG and words."""

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from dashboards.figures.bullet import Bullet
from dashboards.figures.sparkline import Sparkline
from dashboards.rows import StatusMark

register = template.Library()


@register.simple_tag
def mark(of: StatusMark) -> SafeString:
    """Draw the shape of a status; its word must stand beside it."""
    return format_html(
        '<svg class="m {}" aria-hidden="true" focusable="false"><use href="#{}" /></svg>',
        of.tone,
        of.symbol,
    )


@register.simple_tag
def status(of: StatusMark) -> SafeString:
    """Show a status as shape, word and colour."""
    return format_html('<span class="st {}">{}{}</span>', of.tone, mark(of), of.word)


@register.simple_tag
def sparkline(line: Sparkline, tone: str, label: str) -> SafeString:
    """Draw a small line; nothing where nothing is known."""
    if line.is_empty:
        return SafeString("")
    shapes = [f'<svg class="spark" viewBox="0 0 100 24" role="img" aria-label="{escape(label)}">']
    if line.target_at:
        y = line.target_at
        shapes.append(f'<line class="c-hair" x1="0" x2="100" y1="{y}" y2="{y}" />')
    if line.path:
        shapes.append(f'<path class="c-line" d="{line.path}" />')
    shapes += [f'<circle class="c-dot" cx="{x}" cy="{y}" r="1.2" />' for x, y in line.dots]
    if line.last:
        x, y = line.last
        shapes.append(f'<circle class="c-dot {escape(tone)}" cx="{x}" cy="{y}" r="2.6" />')
    return mark_safe("".join([*shapes, "</svg>"]))  # noqa: S308  numbers of ours, texts escaped


@register.simple_tag
def bullet(bar: Bullet | None) -> SafeString:
    """Draw how far a figure lies from its reference; nothing where that is unknown."""
    if bar is None:
        return SafeString("")
    tone = "better" if bar.is_better else "worse"
    tear = f'<path class="c-tear" d="M{bar.tear_at} 16l4-12" />' if bar.is_torn else ""
    return mark_safe(  # noqa: S308  numbers of ours
        '<svg class="bullet" viewBox="0 0 128 20" aria-hidden="true" focusable="false">'
        '<rect class="c-track" x="4" y="6" width="120" height="8" />'
        f'<rect class="c-{tone}" x="{bar.x}" y="6" width="{bar.width}" height="8" />{tear}'
        '<line class="c-centre" x1="64" x2="64" y1="3" y2="17" /></svg>'
    )


@register.simple_tag
def share_bar(width: str) -> SafeString:
    """Draw a share as a bar; nothing where there is none."""
    if not width:
        return SafeString("")
    return format_html(
        '<svg class="share" viewBox="0 0 96 6" preserveAspectRatio="none" aria-hidden="true" '
        'focusable="false"><rect class="c-track" width="96" height="6" />'
        '<rect class="c-share" width="{}" height="6" /></svg>',
        width,
    )
