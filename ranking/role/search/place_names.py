"""Colloquial place names that gazetteers leave out. `canonical = other names`, one a line, folded before use."""

from __future__ import annotations

from ranking.role.search.words import words_of

REGIONS = """
Africa
Americas = the americas, amer, amers, pan america
Antarctica
Asia
Europe
Oceania = australasia
EMEA = europe middle east and africa
APAC = asia pacific, asiapac, asia pac, apj, japac
LATAM = latin america, latam region
North America = na, noram, namer, northern america
South America = southern america
Central America
MENA = mena region, middle east and north africa, menat
Middle East = middle-east, mideast
GCC = gulf states, gulf countries, persian gulf
North Africa = northern africa, maghreb
Sub-Saharan Africa = ssa, subsaharan africa
East Africa = eastern africa
West Africa = western africa
Southern Africa
Central Africa
Horn of Africa
European Union = eu
European Economic Area = eea
DACH = d-a-ch, german-speaking europe
Benelux = low countries
UK & Ireland = uki, uk and ireland
British Isles
Nordics = nordic, nordic countries, scandinavia, the nordics
Baltics = baltic, baltic states, baltic countries
Iberia = iberian peninsula
CEE = central and eastern europe, central eastern europe
Western Europe = west europe
Eastern Europe = east europe
Northern Europe = north europe
Southern Europe = south europe, mediterranean
Central Europe = mid europe
Southeastern Europe = south east europe, southeast europe
Balkans = balkan, western balkans
Visegrad = v4, visegrad group
Caucasus
CIS
Levant
East Asia = eastern asia, northeast asia, north asia
South Asia = indian subcontinent, southern asia
Southeast Asia = south east asia, south-east asia, sea region, southeastern asia
Central Asia
West Asia = western asia
ASEAN
Greater China
ANZ = australia and new zealand, australia new zealand, anzac
Pacific Islands
Caribbean = west indies
Andean Region = andes
Southern Cone
Contiguous United States = lower 48, continental us
East Coast = eastern seaboard, us east coast, eastern us, eastern united states, us east
West Coast = us west coast, western us, western united states, us west, pacific coast
Gulf Coast
Midwest = mid-west, american midwest, upper midwest, us midwest, midwestern us
Northeast = north-east, us northeast, northeastern us
Northwest = north-west, us northwest
Southeast = south-east, us southeast, southeastern us
Southwest = south-west, us southwest, desert southwest
South = the south, american south, us south, southern us
North = the north
Deep South
Mid-Atlantic = midatlantic
Mid-South
South Central = south central us
New England
Mountain West = intermountain west, mountain states, mountain region
Pacific Northwest = pnw, cascadia
Great Lakes = great lakes region
Great Plains
Rocky Mountains = rockies
Rust Belt
Sun Belt = sunbelt
Bible Belt
Corn Belt
Appalachia
Tri-State Area = tri state, tristate area
Southern California = socal, so cal
Northern California = norcal, nor cal
Central Valley
Inland Empire
Orange County
North Texas
Central Texas
South Florida
Central Florida
Upstate New York
Western Canada
Eastern Canada
Atlantic Canada = maritimes, canadian maritimes
Canadian Prairies
Midlands = the midlands, west midlands, east midlands
Northern England = north of england
East Anglia
Home Counties
Northern Ireland
South India = southern india
North India = northern india
Western India
Eastern India
"""

METROS = """
San Francisco Bay Area = bay area, sf bay area, sfba, the bay, the bay area
Silicon Valley = the valley
South Bay
East Bay
North Bay
Dallas-Fort Worth = dfw, dallas fort worth metroplex, dfw metroplex, metroplex
Washington metropolitan area = dmv, dc metro, dmv area, national capital region
Research Triangle = research triangle park, rtp, raleigh durham, raleigh-durham-chapel hill
Piedmont Triad
Twin Cities = minneapolis st paul, minneapolis-saint paul
Quad Cities
Tampa Bay = tampa bay area, tampa st petersburg
Hampton Roads
Delhi NCR = ncr, new delhi ncr, national capital region of india
Greater Toronto Area = gta, greater toronto
Greater Golden Horseshoe
Waterloo Region = kitchener-waterloo, kw region, kitchener waterloo
Lower Mainland = metro vancouver
Silicon Slopes
Silicon Prairie
Silicon Hills
Silicon Alley
Silicon Beach
Silicon Fen
Silicon Roundabout
Silicon Forest
Silicon Wadi
Wasatch Front
Front Range
Seattle-Tacoma
Greater Puget Sound = puget sound
New York metropolitan area = nyc metro, new york metro, tri-state new york
Randstad
Ruhr = ruhr area, ruhrgebiet
Rhine-Main = rhein-main, frankfurt rhine-main
Rhine-Neckar
Île-de-France = ile de france, paris region
Øresund = oresund, oresund region
Thames Valley
M4 Corridor
Pearl River Delta
Yangtze River Delta
Kansai
Kanto
Klang Valley
Metro Manila
Jabodetabek
Mumbai Metropolitan Region = mmr
"""

STATES = """
England
Scotland
Wales = cymru
Ontario
Quebec = québec, qc
British Columbia = bc
Alberta
Manitoba
Saskatchewan
Nova Scotia
New Brunswick
Newfoundland and Labrador = newfoundland
Prince Edward Island = pei
New South Wales = nsw
Queensland = qld
Tasmania
South Australia
Western Australia
Northern Territory
Bavaria = bayern
Baden-Württemberg = baden wurttemberg, baden-wuerttemberg
Hesse = hessen
Saxony = sachsen
Lower Saxony = niedersachsen
North Rhine-Westphalia = nrw, nordrhein-westfalen
Brandenburg
Thuringia
Rhineland-Palatinate
Schleswig-Holstein
Saarland
Tyrol = tirol
Styria
Catalonia = catalunya, cataluña
Andalusia = andalucia
Basque Country = euskadi
Galicia
Lombardy = lombardia
Tuscany = toscana
Piedmont = piemonte
Lazio
Veneto
Sicily
Brittany
Normandy
Occitanie
Provence
Flanders
Wallonia
Karnataka
Maharashtra
Telangana
Tamil Nadu
Kerala
Gujarat
Haryana
Uttar Pradesh
Andhra Pradesh
West Bengal
Rajasthan
Madhya Pradesh
Guangdong
Zhejiang
Jiangsu
Sichuan
Hokkaido
Okinawa
Jalisco
Nuevo León
Minas Gerais
Puerto Rico
Guam
Victoria
Australian Capital Territory = act
Yukon
Nunavut
Penang = pulau pinang
Selangor
Johor
Sabah
Sarawak
Bali
West Java
East Java
Cebu
Jutland
Zealand
Scania = skåne
Friesland
Limburg
North Brabant = noord-brabant
Gelderland
South Holland = zuid-holland
North Holland = noord-holland
Mazovia
Silesia
Lower Silesia
Transylvania
Vorarlberg
Carinthia
Ticino
Vaud
Valais
Crete
Corsica
Sardinia
Apulia = puglia
Campania
Emilia-Romagna
Calabria
Liguria
Umbria
Alsace
Aquitaine
Rhône-Alpes = auvergne-rhone-alpes
Pays de la Loire
Valencian Community
Balearic Islands
Canary Islands
Navarre
Algarve
Madeira
Azores
Yorkshire
Lancashire
Cheshire
Kent
Surrey
Sussex
Hampshire
Cornwall
Devon
Oxfordshire
Cambridgeshire
Berkshire
Hertfordshire
Gloucestershire
Essex
Norfolk
Yucatán = yucatan
Quintana Roo
Bahia
Paraná
Santa Catarina
Rio Grande do Sul
Pernambuco
Antioquia
Gauteng
Western Cape
KwaZulu-Natal
Zanzibar
Kyushu
Jeju
Xinjiang
Tibet
Hainan
Fujian
Hunan
Hubei
Shandong
Hebei
Henan
Yunnan
Shaanxi
Bihar
Odisha = orissa
Assam
Goa
Chhattisgarh
Jharkhand
Uttarakhand
Himachal Pradesh
Punjab
Sindh
"""

# Short names that United States writers use for cities; canonical names as the gazetteer has them.
CITIES = """
San Francisco = sf, san fran, frisco, sfo
New York City = nyc, new york, ny city, new york ny, big apple
Brooklyn
Manhattan
Queens
The Bronx = bronx
Harlem
SoHo
Wall Street
Hollywood
Canary Wharf
Shoreditch
City of London
Aarhus = århus
Staten Island
Washington DC = dc, washington d.c., d.c., washington district of columbia, district of columbia
Los Angeles = la, l.a., los angeles ca
Philadelphia = philly
Las Vegas = vegas
Salt Lake City = slc
St. Louis = saint louis, st louis, stl
St. Petersburg = saint petersburg, st petersburg
Saint Paul = st paul
Atlanta = atl
Chicago = chicagoland
New Orleans = nola
Oklahoma City = okc
Kansas City = kc
Portland = pdx
Phoenix = phx
Pittsburgh = pgh
Indianapolis = indy
Minneapolis = mpls
Fort Worth = ft worth
Fort Lauderdale = ft lauderdale
Austin = atx
Bengaluru = bangalore, blr
Gurugram = gurgaon
Mumbai = bombay
Chennai = madras
Kolkata = calcutta
Pune = poona
New Delhi
Delhi
Thiruvananthapuram = trivandrum
Kochi = cochin
Vadodara = baroda
Mysuru = mysore
Visakhapatnam = vizag
Ho Chi Minh City = saigon, hcmc
Kuala Lumpur = kl
Beijing = peking
Guangzhou = canton
Yangon = rangoon
Dhaka = dacca
Kyiv = kiev
Lviv = lvov
Odesa = odessa
Prague = praha
Munich = münchen, muenchen
Cologne = köln, koeln
Nuremberg = nürnberg
Frankfurt am Main = frankfurt
Hanover = hannover
Vienna = wien
Zürich = zurich
Geneva = genève, geneve
Basel = basle
Copenhagen = københavn, cph
Gothenburg = göteborg, goteborg
Helsinki = helsingfors
Warsaw = warszawa
Kraków = cracow
Wrocław = wroclaw
Łódź = lodz
Gdańsk = gdansk
Bucharest = bucuresti
Cluj-Napoca = cluj
Lisbon = lisboa
Porto = oporto
Seville = sevilla
Milan = milano
Rome = roma
Turin = torino
Florence = firenze
Venice = venezia
Naples = napoli
Antwerp = antwerpen
Ghent = gent
Brussels = bruxelles, brussel
The Hague = den haag, s-gravenhage, hague
Athens = athina
Thessaloniki = salonica
Tel Aviv = tel aviv-yafo, tel-aviv, tlv
Herzliya
Ramat Gan
Cairo
Montréal = montreal, mtl
Québec City = quebec city
Toronto = tdot, yyz
Vancouver = yvr
Mexico City = cdmx, ciudad de mexico, mexico df
São Paulo = sao paulo
Rio de Janeiro = rio
Bogotá = bogota
Medellín = medellin
Hong Kong = hk
Macau = macao
Mountain View
Palo Alto
Menlo Park
Cupertino
Redwood City
San Mateo
South San Francisco
Boulder
Durham
Chapel Hill
Reading
Bath
Oxford
Cambridge
Newcastle upon Tyne = newcastle
Stoke-on-Trent
Brighton
King of Prussia
"""

COUNTRIES = """
United States = us, usa, u.s., u.s.a., united states of america, america, the states, the us
United Kingdom = uk, u.k., great britain, britain, gb
United Arab Emirates = uae, u.a.e., emirates
Netherlands = the netherlands, holland, nl
Czechia = czech republic, the czech republic
South Korea = korea, republic of korea, s korea
North Korea
Russia = russian federation
Turkey = türkiye, turkiye
China = prc, mainland china
Taiwan = roc
Saudi Arabia = ksa, saudi
South Africa = rsa
New Zealand = nz, aotearoa
Ivory Coast = côte d'ivoire, cote d'ivoire
Cabo Verde = cape verde
Myanmar = burma
North Macedonia = macedonia
Bosnia and Herzegovina = bosnia
Eswatini = swaziland
Democratic Republic of the Congo = drc, dr congo
Palestine = palestinian territory
Philippines = the philippines
Bahamas = the bahamas
Gambia = the gambia
Ireland = republic of ireland, eire
Vietnam = viet nam
Syria
Trinidad and Tobago = trinidad
Dominican Republic
"""

# Codes that are everyday words too: a place only where nothing else in the text is one, or after "in".
WORDLIKE_CODES = words_of("al as de hi id in la ma me ms mo mt nd ne oh ok or pa sd va co")

# Names that gazetteers list and that people write for something else; a place only after "based in" and its like.
WORDLIKE_PLACES = words_of(
    "adana ajax alba bath bay best boom brave brick center central city colon come "
    "concord corona delta economy eden enterprise "
    "erode everest extrema fishers forest hire hull independence industry java lead male man mango marina "
    "marketing media meta "
    "metro mission mobile mongo most natal nice normal of orange oral paradise paramount reading rent reservoir "
    "rust sale salto "
    "san shaping sparks split spring sunrise surprise swords than tire torrent tours trim turbo union university "
    "van victory "
    "wedding wells worth"
)
