# Writes r-forecast.json: what R's `forecast` makes of the series of statsmodels.json.
# Rscript r-forecast.R, in this folder; needs forecast and jsonlite (Debian: r-cran-forecast, r-cran-jsonlite).
suppressMessages({library(forecast); library(jsonlite)})

given <- fromJSON("statsmodels.json")
horizon <- 18
months <- ts(given$values, frequency = given$period)

smoothing <- function(name, model, damped) {
  fit <- ets(months, model = model, damped = damped)
  at <- function(parameter) if (parameter %in% names(fit$par)) unname(fit$par[parameter]) else NULL
  states <- grep("^s[0-9]+$", colnames(fit$states))
  list(
    name = name,
    error = substr(model, 1, 1), trend = damped, season = substr(model, 3, 3),
    alpha = at("alpha"), beta = at("beta"), gamma = at("gamma"), phi = at("phi"),
    level = unname(fit$states[1, "l"]),
    slope = if (damped) unname(fit$states[1, "b"]) else NULL,
    # the season of the first value is the oldest
    seasons = if (length(states) > 0) rev(unname(fit$states[1, states])) else NULL,
    logLikelihood = as.numeric(fit$loglik), aicc = fit$aicc,
    forecast = as.numeric(forecast(fit, h = horizon)$mean)
  )
}

several <- mstl(msts(given$several$values, given$several$periods), iterate = 2)
result <- list(
  forecast = as.character(packageVersion("forecast")),
  ets = list(
    smoothing("ANN", "ANN", FALSE), smoothing("AAdN", "AAN", TRUE), smoothing("MNN", "MNN", FALSE),
    smoothing("ANA", "ANA", FALSE), smoothing("AAdA", "AAA", TRUE), smoothing("MAdM", "MAM", TRUE)
  ),
  seasonalNaive = as.numeric(snaive(months, h = horizon)$mean),
  theta = as.numeric(thetaf(months, h = horizon)$mean),
  mstlEts = as.numeric(stlf(months, h = horizon, method = "ets", s.window = 11, allow.multiplicative.trend = FALSE)$mean),
  several = as.numeric(seasadj(several))
)
write(toJSON(result, auto_unbox = TRUE, digits = 10, null = "null", pretty = FALSE), "r-forecast.json")
