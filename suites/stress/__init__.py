"""Variants of samples whose right answer is known: does the model answer the question, or the wording?"""
