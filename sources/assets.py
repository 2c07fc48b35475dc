"""What claims are about: coins, indices and whole markets, by the symbol the desk uses.

The ids are those of the aggregators' own catalogues (CoinGecko `/coins/list`, CoinPaprika `/coins`). An asset without
an id is not covered there. Add a row to add an asset; venues list a coin or refuse it themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Asset:
    """kind: coin, index or market (a market is the sum over all coins). names: lower-case words copy uses."""

    symbol: str
    title: str
    kind: str
    names: tuple[str, ...] = ()
    coingecko: str = ""
    coinpaprika: str = ""


def _coin(symbol: str, title: str, coingecko: str, coinpaprika: str, *names: str) -> Asset:
    return Asset(symbol, title, "coin", (title.lower(), symbol.lower(), *names), coingecko, coinpaprika)


_ALL = (
    _coin("BTC", "Bitcoin", "bitcoin", "btc-bitcoin", "xbt"),
    _coin("ETH", "Ethereum", "ethereum", "eth-ethereum", "ether"),
    _coin("SOL", "Solana", "solana", "sol-solana"),
    _coin("XRP", "XRP", "ripple", "xrp-xrp", "ripple"),
    _coin("BNB", "BNB", "binancecoin", "bnb-binance-coin"),
    _coin("DOGE", "Dogecoin", "dogecoin", "doge-dogecoin"),
    _coin("ADA", "Cardano", "cardano", "ada-cardano"),
    _coin("TRX", "TRON", "tron", "trx-tron"),
    _coin("AVAX", "Avalanche", "avalanche-2", "avax-avalanche"),
    _coin("LINK", "Chainlink", "chainlink", "link-chainlink"),
    _coin("DOT", "Polkadot", "polkadot", "dot-polkadot"),
    _coin("LTC", "Litecoin", "litecoin", "ltc-litecoin"),
    _coin("BCH", "Bitcoin Cash", "bitcoin-cash", "bch-bitcoin-cash"),
    _coin("XLM", "Stellar", "stellar", "xlm-stellar"),
    _coin("UNI", "Uniswap", "uniswap", "uni-uniswap"),
    _coin("SUI", "Sui", "sui", "sui-sui"),
    _coin("HYPE", "Hyperliquid", "hyperliquid", "hype-hyperliquid"),
    _coin("AAVE", "Aave", "aave", "aave-new"),
    _coin("NEAR", "NEAR Protocol", "near", "near-near-protocol"),
    _coin("ETC", "Ethereum Classic", "ethereum-classic", "etc-ethereum-classic"),
    _coin("XMR", "Monero", "monero", "xmr-monero"),
    _coin("ATOM", "Cosmos", "cosmos", "atom-cosmos"),
    _coin("APT", "Aptos", "aptos", "apt-aptos"),
    _coin("ARB", "Arbitrum", "arbitrum", "arb-arbitrum"),
    _coin("OP", "Optimism", "optimism", "op-optimism"),
    _coin("FIL", "Filecoin", "filecoin", "fil-filecoin"),
    Asset("NIKKEI225", "Nikkei 225", "index", ("nikkei", "nikkei 225", "nikkei stock average")),
    Asset("CRYPTO", "All crypto derivatives", "market", ("crypto", "crypto market", "all coins")),
)

ASSETS: Mapping[str, Asset] = MappingProxyType({asset.symbol: asset for asset in _ALL})
