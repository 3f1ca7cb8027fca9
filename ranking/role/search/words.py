"""The vocabulary of people searches: what qualifies a person without being part of the title.

Open lists on purpose: a word that stands in none of them is taken to belong to the title.
"""

from __future__ import annotations

import re
from functools import lru_cache

BLANKS = (
    r"(?:(?<!\s)\s++)?"  # as \s*, but tried only where a run of blanks begins: long runs take no longer than others
)


def words_of(text: str) -> frozenset[str]:
    """A table of single words."""
    return frozenset(text.split())


def phrases_of(text: str) -> frozenset[str]:
    """A table of phrases, with commas between them."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())


# Kinds of business, never part of a title.
INDUSTRIES = phrases_of("""
    fintech, fin tech, healthtech, health tech, healthcare, health care, digital health, edtech, ed tech, biotech,
    bio tech, medtech, med tech, proptech, insurtech, legaltech, legal tech, govtech, gov tech, regtech, agtech, ag
    tech, agritech, foodtech, food tech, cleantech, clean tech, climate tech, climatetech, greentech, adtech, ad
    tech, martech, mar tech, hrtech, hr tech, femtech, spacetech, space tech, deeptech, deep tech, traveltech,
    travel tech, sportstech, biopharma, pharma, pharmaceutical, pharmaceuticals, life sciences, biotechnology,
    crypto, cryptocurrency, web3, defi, nft, saas, b2b saas, b2c saas, paas, iaas, ecommerce, e-commerce, ecom, d2c,
    dtc, gaming, games, gametech, esports, cybersecurity, cyber security, cyber, infosec, fmcg, cpg, consumer goods,
    automotive, aerospace, defense, defence, hospitality, telecom, telecommunications, telco, semiconductor,
    semiconductors, logistics tech, logtech, mobility, renewables, renewable energy, clean energy, oil and gas, oil
    & gas, real estate, banking, investment banking, private equity, venture capital, hedge fund, hedge funds, asset
    management, wealth management, insurance, manufacturing, nonprofit, non-profit, ngo, public sector, government,
    consulting, management consulting, ad agency, agencies, marketplace, marketplaces, fashion, travel,
    entertainment, music, sports, media, adult education, higher education, k-12, social media companies, creator
    economy, dev tools, devtools, developer tools, enterprise software, hard tech, hardtech, quantum computing,
    autonomous vehicles, self-driving, wellness, fitness, beauty, retail tech, retailtech, payments companies,
    neobank, neobanks, agriculture, construction, mining, utilities, legal services, climate
""")

# Kinds of employer by age and size: where the person works or should work, and the stage that it means.
EMPLOYERS: dict[str, str] = (
    dict.fromkeys(
        phrases_of("""
    startup, startups, start-up, start-ups, early-stage, early stage, early-stage startup, early stage startup,
    seed, pre-seed, preseed, seed stage, seed-stage, pre-seed startup, seed startup, series a, stealth, stealth
    startup, ai startup, ai startups, yc, yc startup, y combinator, bootstrapped, tech startup, tech startups, first
    hire
"""),
        "early",
    )
    | dict.fromkeys(
        phrases_of("""
    series b, series c, series d, growth stage, growth-stage, scaleup, scale-up, scaleups, scale-ups, mid-stage,
    mid-size, midsize, mid-sized, smb companies, vc-backed, vc backed, venture-backed, venture backed, hypergrowth,
    pe-backed
"""),
        "middle",
    )
    | dict.fromkeys(
        phrases_of("""
    series e, series f, late stage, late-stage, pre-ipo, ipo, public company, public companies, publicly traded, big
    tech, bigtech, faang, maang, mango companies, fortune 500, fortune 100, fortune 1000, f500, unicorn, unicorns,
    decacorn, enterprises, large enterprise, enterprise company, multinational, multinationals, big 4, big four,
    large company, tech giant, tech giants, private company, family office
"""),
        "late",
    )
)

# Programming languages as they are written; `Role.languages` holds these.
LANGUAGES: dict[str, str] = {
    name.casefold(): name
    for name in words_of("""
    Python TypeScript JavaScript Java Kotlin Swift Rust Golang C++ C# F# Ruby PHP Perl Scala Clojure Elixir Erlang
    Haskell OCaml Julia MATLAB Fortran COBOL Dart Lua Zig Nim Solidity SQL Objective-C Groovy VHDL Verilog Ada Lisp
    Scheme Prolog Bash PowerShell Crystal Elm Assembly CUDA
""")
} | {"golang": "Go", "ts": "TypeScript", "js": "JavaScript", "cpp": "C++", "csharp": "C#"}

# Tools and techniques: what somebody works with, never part of a title.
TOOLS = frozenset(LANGUAGES) - {"assembly", "scheme", "crystal", "ada", "dart"} | phrases_of("""
    go, r, rails, ruby on rails, django, flask, fastapi, spring, spring boot, react, react native, reactjs, next.js,
    nextjs, vue, vue.js, angular, svelte, node, node.js, nodejs, graphql, rest apis, grpc, flutter, swiftui, .net,
    dotnet, asp.net, laravel, html, css, tailwind, sass, webpack, jquery, unity, unreal, unreal engine, opengl, aws,
    azure, gcp, google cloud, docker, kubernetes, k8s, terraform, ansible, pulumi, helm, jenkins, ci/cd, github
    actions, nginx, kafka, rabbitmq, redis, postgres, postgresql, mysql, mongodb, cassandra, dynamodb,
    elasticsearch, snowflake, bigquery, redshift, databricks, spark, pyspark, hadoop, hive, airflow, dagster, dbt,
    etl, elt, looker, tableau, power bi, powerbi, excel, google sheets, pandas, numpy, scikit-learn, sklearn,
    pytorch, tensorflow, keras, jax, hugging face, huggingface, langchain, llamaindex, openai, mlflow, xgboost,
    spss, stata, sas, jupyter, figma, adobe xd, invision, photoshop, illustrator, after effects, adobe creative
    suite, framer, webflow, miro, jira, confluence, asana, hubspot, marketo, pardot, google analytics, google ads,
    facebook ads, mixpanel, amplitude, braze, mailchimp, zendesk, intercom, gong, salesloft, zoominfo, workday,
    greenhouse, quickbooks, netsuite, gaap, ifrs, microservices, apis, api design, event-driven, prometheus,
    grafana, datadog, websockets, webassembly, wasm, tdd, okrs, gdpr, hipaa, soc2, soc 2, pci, sox, a/b testing, ab
    testing, wireframing, ros, ros2, arduino, solidworks, autocad, simulink, gpt, fine-tuning, vector databases,
    transformers, meddic, medpicc
""")

# Fields that are a person's discipline next to a bare noun ("iOS engineer") and a skill before a whole title
# ("web design brand designer").
FIELDS = phrases_of("""
    android, ios, nlp, natural language processing, llm, computer vision, deep learning, reinforcement learning,
    distributed systems, web design, ui design, ux design, design systems, motion design, motion graphics,
    prototyping, user research, usability testing, blockchain, smart contracts, iot, ar/vr, vr, ar, seo, sem, ppc,
    crm, copywriting, storytelling, data visualization, data modeling, statistics, forecasting, experimentation,
    time series, recommender systems, recommendation systems, salesforce, sap, oracle, agile, scrum, linux,
    observability, serverless, genai, gen ai, generative ai, rag, llms, plc, fpga, rtos, cad, slam, sketch, prompt
    engineering, wordpress, shopify, sharepoint, servicenow, cryptography, compilers, 3d, graphics, penetration
    testing, accessibility, localization, m&a, negotiation, public speaking, cold calling, account-based marketing,
    abm, email marketing, paid media, paid social, plg, product-led growth, go-to-market, gtm, system design
""")

# Industries that are also a trade: kept before a bare noun ("cybersecurity analyst"), left out before a whole title.
TRADES = phrases_of("""
    cybersecurity, cyber security, cyber, infosec, healthcare, insurance, banking, investment banking,
    manufacturing, media, music, fashion, travel, construction, mining, automotive, aerospace, games, real estate,
    logistics, climate, telecommunications, telecom, government, private equity, venture capital, hospitality,
    retail, energy, education
""")

LEVEL = re.compile(
    r"(?:(?:senior|sr|mid|middle|entry|junior|jr|executive|director|manager|principal|staff|lead|vp|intern|"
    r"associate)[- ]level"
    r"|mid[- ]senior(?:[- ]level)?|(?:early|mid|late)[- ]career|experienced|seasoned|veteran|new[- ]grads?|"
    r"recent grad(?:uate)?s?"
    r"|entry[- ]level|c[- ]level|c[- ]suite|mid)",
    re.IGNORECASE,
)
YEARS = re.compile(
    r"(?:(?:over|at least|min(?:imum)?(?: of)?|more than|about|around)\s+)?"
    r"(?:\d{1,2}(?:\s*+(?:\+|plus))?(?:\s*+(?:-|–|to)\s*+\d{1,2}(?:\s*+\+)?)?|one|two|three|four|five|six|seven|eight|nine|"
    r"ten|fifteen|twenty)"
    r"[\s-]*(?:years?|yrs?|yoe)\b(?:\s*(?:of\s+)?(?:relevant\s+|work(?:ing)?\s+|professional\s+)?(?:experience|"
    r"exp)\b)?",
    re.IGNORECASE,
)

# Seniority words that belong to a title. A discipline stands after them: what stands before is no part of the title.
RANKS = words_of(
    "senior sr junior jr staff principal lead leading founding distinguished chief head director vp "
    "svp evp avp vice associate "
    "assistant deputy executive graduate intern trainee entry-level fractional interim acting global regional"
)
OPENERS = RANKS - {"lead", "executive", "intern", "vice", "trainee", "graduate", "leading", "global", "regional"}
SENIORITY = RANKS - {"global", "regional", "fractional", "interim", "acting", "vice", "leading"} | {
    "manager",
    "founder",
    "co-founder",
    "cofounder",
    "group",
    "president",
    "partner",
}

# People by what they do, where the ending does not tell. Endings that tell: see `titles.is_person`.
PERSONS = words_of("""
    accountant actuary administrator admin advisor adviser advocate agent ambassador analyst animator apprentice
    architect artist assistant associate attorney auditor author baker banker barista bookkeeper boss broker builder
    buyer captain carpenter cashier champion chef chief clerk coach coder cofounder co-founder colorist comptroller
    concierge conductor consultant contractor controller coordinator copywriter counsel counselor counsellor creator
    curator dentist dermatologist designer detective dev developer devrel dietitian diplomat director dispatcher
    doctor driver economist editor educator electrician engineer ergonomist estimator evangelist examiner executive
    expert farmer fellow fighter filmmaker firefighter founder freelancer fundraiser generalist geographer geologist
    guard guide hacker handyman head hire historian host hygienist illustrator inspector installer instructor intern
    interpreter inventor investigator investor janitor journalist judge laborer lawyer lead leader lecturer liaison
    librarian linguist lobbyist machinist maintainer maker manager marketer mathematician mechanic mentor
    merchandiser merchant midwife moderator model musician negotiator neuroscientist notary nurse nutritionist
    officer operator optician organiser organizer owner painter paralegal paramedic partner pathologist person
    pharmacist photographer physician physicist physiotherapist pilot planner plumber poet policeman porter
    practitioner president presenter principal procurator producer professor programmer promoter psychiatrist
    psychologist publicist publisher quant radiologist realtor receptionist recruiter registrar reporter rep
    representative researcher retailer reviewer sailor salesperson salesman salespeople scholar scientist scribe
    secretary seller setter shepherd soldier sourcer specialist staffer statistician steward storyteller strategist
    student superintendent supervisor surgeon surveyor teacher technician technologist teller tester therapist
    trader trainee trainer translator treasurer tutor tutor typist underwriter upholsterer vet veterinarian
    videographer volunteer waiter warden webmaster welder writer zoologist sre swe sdr bdr ae csm tam tpm apm pm pmm
    dba hrbp ceo cto cfo coo cmo cpo cro ciso cio cso chro cdo gc clo cco caio dpo vp svp evp avp sdet mle fde sme
    gm
""")

# Departments that are asked for like people ("trust & safety in Lisbon").
DEPARTMENTS = words_of("""
    safety operations ops relations recruiting recruitment success support marketing sales legal finance accounting
    payroll compliance partnerships communications comms design product data engineering growth people hr
    procurement devops secops mlops revops bizops finops devrel affairs development sourcing enablement analytics
    research security strategy talent benefits logistics privacy policy branding bd qa pr it staff
""")

_NAMES = INDUSTRIES | frozenset(EMPLOYERS) | TOOLS | FIELDS | TRADES


@lru_cache(maxsize=50_000)
def is_vocabulary(name: str) -> bool:
    """True if a folded phrase is a word of the trade, so that a town of that name is not meant."""
    words = name.split()
    return name in _NAMES or (
        len(words) == 1 and (name in PERSONS | DEPARTMENTS | RANKS | {"mobile", "b2b", "b2c", "smb"})
    )


def is_industry(phrase: str) -> bool:
    """True if a phrase names a kind of business; any "...tech" does."""
    return phrase in INDUSTRIES or phrase in TRADES or re.fullmatch(r"[a-z]{2,}tech", phrase) is not None


def stage_of(text: str) -> str | None:
    """The company stage that a text names in so many words, or None."""
    found = _STAGE.search(text.casefold())
    return EMPLOYERS[found.group()] if found else None


_STAGE = re.compile(
    r"\b(?:"
    + "|".join(
        re.escape(name)
        for name in sorted(EMPLOYERS, key=len, reverse=True)
        if re.search(r"stage|series|seed|ipo|startup|scale-?up|public compan|fortune", name)
    )
    + r")\b"
)
