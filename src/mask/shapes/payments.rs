//! Payment, shops and exchanges.

use super::{Shape, checks, form, near};

#[rustfmt::skip]
pub const RULES: &[Shape] = &[
    form("stripe-key", "Stripe key", &["sk_live_", "rk_live_", "sk_test_", "rk_test_", "sk_prod_", "rk_prod_"],
        r"\b[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,120}")
        .aka(&["stripe-access-token"])
        .yes(&["TOKEN=sk_live_{w:24}", r#"  key: "rk_test_{w:99}","#])
        .no(&["TOKEN=sk_live_{w:7}", r#"  key: "rk_test_{x:99}","#]),
    form("webhook-signing-secret", "webhook signing secret", &["whsec_"],
        r"\bwhsec_[A-Za-z0-9+/=]{24,70}")
        .yes(&["TOKEN=whsec_{w:32}", r#"  key: "whsec_{w:32}","#])
        .no(&["TOKEN=whsec_{w:7}", r#"  key: "whsec_{x:32}","#]),
    form("square-token", "Square token", &["sq0atp-", "sq0csp-", "EAAA"],
        r"\b(?:sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}|EAAA[A-Za-z0-9_-]{60})(?:[^A-Za-z0-9_-]|$)")
        .aka(&["square-access-token"])
        .yes(&["TOKEN=sq0atp-{w:22}", r#"  key: "sq0atp-{w:22}","#])
        .no(&["TOKEN=sq0atp-{w:7}", r#"  key: "sq0atp-{x:22}","#]),
    form("squarespace-token", "Squarespace token", &["squarespace"],
        near!(r"squarespace[\w .-]{0,16}(?:token|key)", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .aka(&["squarespace-access-token"])
        .yes(&["SQUARESPACE_API_KEY={uuid}", r#"squarespaceApiKey: "{uuid}","#])
        .no(&["SQUARESPACE_API_KEY={h:20}", "OTHER={uuid}"]),
    form("shopify-token", "Shopify token", &["shpat_", "shpca_", "shppa_", "shpss_", "shpua_"],
        r"\bshp(?:at|ca|pa|ss|ua)_[0-9A-Fa-f]{32}\b")
        .aka(&["shopify-access-token", "shopify-custom-access-token", "shopify-private-app-access-token", "shopify-shared-secret"])
        .yes(&["TOKEN=shpat_{h:32}", r#"  key: "shpss_{h:32}","#])
        .no(&["TOKEN=shpat_{h:7}", r#"  key: "shpss_{x:32}","#]),
    form("braintree-token", "Braintree token", &["access_token$"],
        r"\baccess_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}\b")
        .yes(&["TOKEN=access_token$production${a:16}${h:32}", r#"  key: "access_token$production${a:16}${h:32}","#])
        .no(&["TOKEN=access_token$production${a:5}", r#"  key: "access_token$production${x:16}${x:32}","#]),
    form("paypal-secret", "PayPal secret", &["paypal"],
        near!(r"paypal[\w .-]{0,16}secret", "E[A-Za-z0-9_-]{79}"))
        .yes(&["PAYPAL_CLIENT_SECRET=E{w:79}", r#"paypalClientSecret: "E{w:79}","#])
        .no(&["PAYPAL_CLIENT_SECRET=E{w:7}", "OTHER=E{w:79}"]),
    form("razorpay-key", "Razorpay key id", &["rzp_live_", "rzp_test_"],
        r"\brzp_(?:live|test)_[A-Za-z0-9]{14}\b")
        .yes(&["TOKEN=rzp_live_{w:14}", r#"  key: "rzp_live_{w:14}","#])
        .no(&["TOKEN=rzp_live_{w:4}", r#"  key: "rzp_live_{x:14}","#]),
    form("adyen-key", "Adyen key", &["AQE"],
        r"\bAQE[A-Za-z0-9]{5}[A-Za-z0-9+/*]{30,}-[A-Za-z0-9+/=]{40,}-[A-Za-z0-9\[\](){}<>!@#$%^&*_=.,;:|~?+-]{10,}")
        .yes(&["TOKEN=AQE{w:45}-{b:44}-{w:16}", r#"  key: "AQE{w:45}-{b:44}-{w:16}","#])
        .no(&["TOKEN=AQE{w:7}", r#"  key: "AQE{x:45}-{x:44}-{x:16}","#]),
    form("plaid-token", "Plaid token", &["access-sandbox-", "access-development-", "access-production-"],
        r"\baccess-(?:sandbox|development|production)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
        .aka(&["plaid-api-token"])
        .yes(&["TOKEN=access-production-{uuid}", r#"  key: "access-production-{uuid}","#])
        .no(&["TOKEN=access-production-{h:20}", r#"  key: "access-production-{x:8}-{x:4}-{x:4}-{x:4}-{x:12}","#]),
    form("plaid-secret", "Plaid secret", &["plaid"],
        near!(r"plaid[\w .-]{0,16}secret", "[a-z0-9]{30}"))
        .entropy(3.0)
        .aka(&["plaid-secret-key"])
        .yes(&["PLAID_SECRET={a:30}", r#"plaidSecret: "{a:30}","#])
        .no(&["PLAID_SECRET={a:7}", "OTHER={a:30}"]),
    form("flutterwave-key", "Flutterwave secret key", &["FLWSECK"],
        r"\bFLWSECK(?:_TEST)?-[0-9a-zA-Z]{12,34}(?:-X)?\b")
        .aka(&["flutterwave-secret-key", "flutterwave-encryption-key"])
        .yes(&["TOKEN=FLWSECK_TEST-{h:32}-X", r#"  key: "FLWSECK_TEST-{h:32}-X","#])
        .no(&["TOKEN=FLWSECK_TEST-{h:7}", r#"  key: "FLWSECK_TEST-{x:32}-X","#]),
    form("mollie-key", "Mollie key", &["live_", "test_"],
        r"\b(?:live|test)_[A-Za-z0-9]{30}\b")
        .entropy(3.5)
        .check(checks::mixed)
        .yes(&["TOKEN=live_{w:30}", r#"  key: "live_{w:30}","#])
        .no(&["TOKEN=live_{w:7}", r#"  key: "live_{x:30}","#]),
    form("gocardless-token", "GoCardless token", &["live_", "gocardless"],
        r"\blive_[A-Za-z0-9_=-]{40}(?:[^A-Za-z0-9_=-]|$)")
        .entropy(3.5)
        .check(checks::mixed)
        .aka(&["gocardless-api-token"])
        .yes(&["TOKEN=live_{w:40}", r#"  key: "live_{w:40}","#])
        .no(&["TOKEN=live_{w:7}", r#"  key: "live_{x:40}","#]),
    form("coinbase-token", "Coinbase token", &["coinbase"],
        near!(r"coinbase[\w .-]{0,16}(?:secret|token|key)", "[A-Za-z0-9_-]{64}"))
        .aka(&["coinbase-access-token"])
        .yes(&["COINBASE_API_SECRET={w:64}", r#"coinbaseApiSecret: "{w:64}","#])
        .no(&["COINBASE_API_SECRET={w:7}", "OTHER={w:64}"]),
    form("binance-secret", "Binance key", &["binance"],
        near!(r"binance[\w .-]{0,16}(?:secret|key)", "[A-Za-z0-9]{64}"))
        .yes(&["BINANCE_API_SECRET={w:64}", r#"binanceApiSecret: "{w:64}","#])
        .no(&["BINANCE_API_SECRET={w:7}", "OTHER={w:64}"]),
    form("kraken-secret", "Kraken key", &["kraken"],
        near!(r"kraken[\w .-]{0,16}(?:secret|key|token)", "[A-Za-z0-9/=_+-]{80,90}"))
        .aka(&["kraken-access-token"])
        .yes(&["KRAKEN_API_SECRET={w:86}", r#"krakenApiSecret: "{w:86}","#])
        .no(&["KRAKEN_API_SECRET={w:7}", "OTHER={w:86}"]),
    form("kucoin-secret", "KuCoin secret", &["kucoin"],
        near!(r"kucoin[\w .-]{0,16}(?:secret|token|key)", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{24}"))
        .aka(&["kucoin-secret-key", "kucoin-access-token"])
        .yes(&["KUCOIN_API_SECRET={uuid}", r#"kucoinApiSecret: "{uuid}","#])
        .no(&["KUCOIN_API_SECRET={h:20}", "OTHER={uuid}"]),
    form("bittrex-secret", "Bittrex key", &["bittrex"],
        near!(r"bittrex[\w .-]{0,16}(?:secret|key)", "[0-9a-z]{32}"))
        .entropy(3.0)
        .aka(&["bittrex-secret-key", "bittrex-access-key"])
        .yes(&["BITTREX_SECRET_KEY={a:32}", r#"bittrexSecretKey: "{a:32}","#])
        .no(&["BITTREX_SECRET_KEY={a:7}", "OTHER={a:32}"]),
    form("finnhub-token", "Finnhub token", &["finnhub"],
        near!(r"finnhub[\w .-]{0,16}(?:token|key)", "[a-z0-9]{20}(?:[a-z0-9]{20})?"))
        .entropy(3.0)
        .aka(&["finnhub-access-token"])
        .yes(&["FINNHUB_API_KEY={a:20}", r#"finnhubApiKey: "{a:20}","#])
        .no(&["FINNHUB_API_KEY={a:6}", "OTHER={a:20}"]),
    form("duffel-token", "Duffel token", &["duffel_"],
        r"\bduffel_(?:test|live)_[A-Za-z0-9_=-]{43}(?:[^A-Za-z0-9_=-]|$)")
        .aka(&["duffel-api-token"])
        .yes(&["TOKEN=duffel_live_{w:43}", r#"  key: "duffel_live_{w:43}","#])
        .no(&["TOKEN=duffel_live_{w:7}", r#"  key: "duffel_live_{x:43}","#]),
    form("easypost-key", "EasyPost key", &["EZAK", "EZTK"],
        r"\bEZ[AT]K[A-Za-z0-9]{54}\b")
        .aka(&["easypost-api-token", "easypost-test-api-token"])
        .yes(&["TOKEN=EZAK{w:54}", r#"  key: "EZTK{w:54}","#])
        .no(&["TOKEN=EZAK{w:7}", r#"  key: "EZTK{x:54}","#]),
    form("lob-key", "Lob key", &["lob"],
        near!(r"lob[\w .-]{0,16}key", "(?:live|test)_[0-9a-f]{35}"))
        .aka(&["lob-api-key"])
        .yes(&["LOB_API_KEY=live_{h:35}", r#"lobApiKey: "live_{h:35}","#])
        .no(&["LOB_API_KEY=live_{h:7}", "OTHER=live_{h:35}"]),
    form("shippo-token", "Shippo token", &["shippo_live_", "shippo_test_"],
        r"\bshippo_(?:live|test)_[0-9a-fA-F]{40}\b")
        .aka(&["shippo-api-token"])
        .yes(&["TOKEN=shippo_live_{h:40}", r#"  key: "shippo_live_{h:40}","#])
        .no(&["TOKEN=shippo_live_{h:7}", r#"  key: "shippo_live_{x:40}","#]),
    form("freshbooks-token", "FreshBooks token", &["freshbooks"],
        near!(r"freshbooks[\w .-]{0,16}(?:token|secret|key)", "[a-z0-9]{64}"))
        .aka(&["freshbooks-access-token"])
        .yes(&["FRESHBOOKS_ACCESS_TOKEN={a:64}", r#"freshbooksAccessToken: "{a:64}","#])
        .no(&["FRESHBOOKS_ACCESS_TOKEN={a:7}", "OTHER={a:64}"]),
    form("finicity-secret", "Finicity secret", &["finicity"],
        near!(r"finicity[\w .-]{0,16}(?:secret|token|key)", "[A-Za-z0-9]{20}|[0-9a-f]{32}"))
        .entropy(3.0)
        .aka(&["finicity-client-secret", "finicity-api-token"])
        .yes(&["FINICITY_CLIENT_SECRET={w:20}", r#"finicityClientSecret: "{w:20}","#])
        .no(&["FINICITY_CLIENT_SECRET={w:6}", "OTHER={w:20}"]),
    form("etsy-token", "Etsy token", &["etsy"],
        near!(r"etsy[\w .-]{0,16}(?:token|key|secret)", "[a-z0-9]{24}"))
        .entropy(3.0)
        .aka(&["etsy-access-token"])
        .yes(&["ETSY_API_KEY={a:24}", r#"etsyApiKey: "{a:24}","#])
        .no(&["ETSY_API_KEY={a:7}", "OTHER={a:24}"]),
    form("freemius-secret", "Freemius secret key", &["secret_key"],
        r#"["']secret_key["']\s*=>\s*["'](sk_[^\s"']{29})["']"#)
        .aka(&["freemius-secret-key"])
        .yes(&["'secret_key' => 'sk_{w:29}'", r#""secret_key" => "sk_{w:29}""#])
        .no(&["'secret_key' => 'sk_{w:7}", r#""secret_key" => "sk_{x:29}""#]),
    form("workos-key", "WorkOS key", &["sk_a2V5"],
        r"\bsk_a2V5[A-Za-z0-9+/]{40,100}={0,2}")
        .yes(&["TOKEN=sk_a2V5{w:60}", r#"  key: "sk_a2V5{w:60}","#])
        .no(&["TOKEN=sk_a2V5{w:7}", r#"  key: "sk_a2V5{x:60}","#]),
];
