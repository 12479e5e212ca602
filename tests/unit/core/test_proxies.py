"""Proxies as users and systems name them."""

from __future__ import annotations

import pytest

from weighin.core.proxies import proxy_for, why_unusable


@pytest.mark.parametrize(
    ("known", "proxy"),
    [
        ({}, None),
        ({"https": ""}, None),
        ({"http": "http://a:1"}, None),
        ({"https": "a:1"}, "http://a:1"),
        ({"https": "http://a:1", "all": "socks5://b:2"}, "http://a:1"),
        ({"http": "http://a:1", "all": "socks5://b:2"}, "socks5://b:2"),
    ],
)
def test_the_proxy_of_a_scheme_comes_before_that_for_all(known: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(known, "https") == proxy


@pytest.mark.parametrize("proxy", ["socks5://a:1", "socks5h://a:1", "socks://a:1", "https://a:1"])
def test_a_kind_that_is_not_supported_is_named(proxy: str) -> None:
    assert f"of an unsupported kind ({proxy.split(':')[0]})" in why_unusable(proxy)


@pytest.mark.parametrize("proxy", ["http://", "http://:8080", "http://a:99999", "http://a:port", "http://u:secret@[a"])
def test_what_is_no_address_is_said_without_the_password(proxy: str) -> None:
    assert "is not an address: write http://HOST:PORT" in why_unusable(proxy)
    assert "secret" not in why_unusable(proxy)


@pytest.mark.parametrize("proxy", ["http://a:1", "http://a", "http://u:p@ss@a:1", "http://[::1]:8080"])
def test_what_can_be_used(proxy: str) -> None:
    assert why_unusable(proxy) == ""
